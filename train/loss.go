package train

import "math"

// CrossEntropy returns -1/B·Σ target·log softmax(logits) for logits and targets [B, classes], which need not sum to one,
// and adds its gradient to dlogits [B, classes].
func CrossEntropy(dlogits, logits, target []float32, classes int) float64 {
	batch := len(logits) / classes
	log := make([]float64, classes)
	total := 0.0
	for b := range batch {
		x, t, g := row(logits, b, classes), row(target, b, classes), row(dlogits, b, classes)
		logSoftmax(log, x, 1)
		mass := 0.0
		for k, v := range t {
			total -= float64(v) * log[k]
			mass += float64(v)
		}
		for k, v := range t {
			g[k] += float32((math.Exp(log[k])*mass - float64(v)) / float64(batch))
		}
	}
	return total / float64(batch)
}

// Distill returns the soft knowledge distillation loss (arXiv 1503.02531), the mean over the batch of
// weight·tau²·KL(softmax(teacher/tau) ‖ softmax(logits/tau)), for logits [B, classes] of both, and adds its gradient to
// dlogits [B, classes]. The temperature tau is positive.
func Distill(dlogits, logits, teacher []float32, classes int, tau, weight float64) float64 {
	batch := len(logits) / classes
	student, want := make([]float64, classes), make([]float64, classes)
	total := 0.0
	for b := range batch {
		logSoftmax(student, row(logits, b, classes), tau)
		logSoftmax(want, row(teacher, b, classes), tau)
		g := row(dlogits, b, classes)
		for k, t := range want {
			p := math.Exp(t)
			if p > 0 {
				total += p * (t - student[k])
			}
			g[k] += float32(weight * tau * (math.Exp(student[k]) - p) / float64(batch))
		}
	}
	return total * weight * tau * tau / float64(batch)
}

func row(x []float32, i, n int) []float32 { return x[i*n:][:n] }

// logSoftmax computes log softmax(x/tau).
func logSoftmax(dst []float64, x []float32, tau float64) {
	largest := math.Inf(-1)
	for _, v := range x {
		largest = max(largest, float64(v))
	}
	sum := 0.0
	for k, v := range x {
		dst[k] = (float64(v) - largest) / tau
		sum += math.Exp(dst[k])
	}
	log := math.Log(sum)
	for k := range dst {
		dst[k] -= log
	}
}
