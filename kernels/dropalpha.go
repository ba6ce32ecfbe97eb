package kernels

import "encoding/binary"

// DropAlpha is the reference of the operation of that name: y [pixels, 3] becomes x [pixels, 4] without every fourth
// byte, four pixels at once where it can.
func DropAlpha(y, x []byte) {
	pixels := len(y) / 3
	x, y = x[:4*pixels:len(x)], y[:3*pixels]
	for len(x) >= 16 && len(y) >= 12 {
		const three = 1<<24 - 1
		low, high := binary.LittleEndian.Uint64(x), binary.LittleEndian.Uint64(x[8:])
		third := high & three
		binary.LittleEndian.PutUint64(y, low&three|low>>32&three<<24|third<<48)
		binary.LittleEndian.PutUint32(y[8:], uint32(third>>16|high>>32&three<<8))
		x, y = x[16:], y[12:]
	}
	for i, j := 0, 0; j+4 <= len(x); i, j = i+3, j+4 {
		y[i], y[i+1], y[i+2] = x[j], x[j+1], x[j+2]
	}
}
