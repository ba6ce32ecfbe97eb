module mobilemamba

go 1.27.0

toolchain go1.27.4

require (
	github.com/hajimehoshi/go-mp3 v0.3.4
	github.com/norunners/vert v0.0.0-20221203075838-106a353d42dd
	github.com/schollz/progressbar/v3 v3.19.1
	golang.org/x/image v0.47.0
	golang.org/x/sys v0.49.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	golang.org/x/term v0.44.0 // indirect
)
