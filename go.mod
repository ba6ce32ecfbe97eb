module mobilemamba

go 1.27.0

toolchain go1.27.4

require (
	github.com/hajimehoshi/go-mp3 v0.3.4
	github.com/nlpodyssey/gopickle v0.2.0
	github.com/norunners/vert v0.0.0-20221203075838-106a353d42dd
	golang.org/x/image v0.47.0
)
