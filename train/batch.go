package train

import (
	"fmt"
	"math/rand/v2"

	"mobilemamba/train/internal/ops"
)

// Streams of random numbers. Each draw depends on the seed, its stream and its place alone, so that a run can be
// resumed anywhere and with any number of workers.
const (
	orderStream = iota + 1
	pictureStream
	mixStream
	dropStream
)

// stream returns the random numbers at a place of a stream.
func stream(seed uint64, name int, place uint64) *rand.Rand {
	return rand.New(rand.NewPCG(scramble(seed)+uint64(name), scramble(place)))
}

// scramble is the finaliser of splitmix64.
func scramble(z uint64) uint64 {
	z += 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// batch fills x and target with the next step's pictures, augmented and mixed. The last pictures of an epoch that do
// not fill a batch are left out.
func (t *Trainer) batch() error {
	o := &t.header.Options
	epoch, at := t.header.Step/t.perEpoch, t.header.Step%t.perEpoch
	if t.ordered != epoch {
		t.order = stream(o.Seed, orderStream, uint64(epoch)).Perm(len(t.data.Train))
		t.ordered = epoch
	}
	size := t.size()
	n := 3 * size * size
	t.x = ops.Grow(t.x, o.Batch*n)
	t.labels, t.places = t.labels[:0], t.places[:0]
	chosen := t.order[at*o.Batch:][:o.Batch]
	for _, i := range chosen {
		t.labels = append(t.labels, t.data.Train[i].Label)
		t.places = append(t.places, t.data.Train[i].place)
	}
	errs := make([]error, o.Batch)
	t.net.pass.team.Run(o.Batch, func(i int) {
		s, _ := t.samplers.Get().(*sampler)
		if s == nil || s.size != size {
			s = newSampler(size)
		}
		defer t.samplers.Put(s)
		picture := &t.data.Train[chosen[i]]
		img, err := t.data.image(picture)
		if err != nil {
			errs[i] = fmt.Errorf("%s: %w", picture.File, err)
			return
		}
		s.draw(t.x[i*n:][:n], img, &o.Augment, stream(o.Seed, pictureStream, uint64(epoch)<<32|uint64(chosen[i])))
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	t.mixed = o.Mixing.draw(stream(o.Seed, mixStream, uint64(t.header.Step)), size, size)
	t.mixed.apply(t.net.pass.team, t.x, o.Batch, size, size)
	t.target = grow32(t.target, o.Batch*o.Config.Classes)
	t.mixed.targets(t.target, t.labels, o.Config.Classes, o.Smoothing)
	return nil
}
