package model

import "time"

// BlockTrace is what one module of the network cost in the last forward pass.
type BlockTrace struct {
	Name  string  // official name: patch_embed, blocks1.0, … head
	Stage string  // stem, stage1, stage2, stage3 or head
	Shape Shape   // of its output
	MACs  int64   // multiply-accumulates of convolutions, linear layers and wavelet transforms
	Ms    float64 // wall time in milliseconds
}

// start begins the clock of a pass.
func (s *State) start() {
	s.startTime = time.Now()
	s.lapTime = s.startTime
}

// lap books the time since the last lap to entry i, so that the entries add up to the whole pass.
func (s *State) lap(i int) {
	now := time.Now()
	s.Trace[i].Ms = milliseconds(now.Sub(s.lapTime))
	s.lapTime = now
}

// Ms returns the wall time of the last forward pass in milliseconds.
func (s *State) Ms() float64 { return milliseconds(s.lapTime.Sub(s.startTime)) }

// MACs returns the multiply-accumulates of a forward pass.
func (s *State) MACs() int64 {
	var n int64
	for _, t := range s.Trace {
		n += t.MACs
	}
	return n
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
