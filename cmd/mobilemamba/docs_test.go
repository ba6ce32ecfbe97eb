package main

import (
	"archive/zip"
	"image/color"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mobilemamba/checkpoint"
)

// elsewhere lists the documented commands that other programs run, and where: here they are only looked up.
var elsewhere = map[string]string{
	"make run":          "e2e/support/site.mjs",
	"make test":         ".ci/run",
	"make vet":          ".ci/test",
	"make test-engines": ".ci/test",
	"make site":         "e2e/tests/site.test.mjs",
	"make wasm":         "e2e/support/site.mjs",
	"make weights":      "cmd/mobilemamba/weights_test.go",
	"make bench":        ".ci/test",
	"make demo":         "train/demo/run_test.go",
	"make soak":         "e2e/tests/soak.test.mjs",
	"make animation":    "e2e/tests/animation.test.mjs",
	"go test":           ".ci/test",
	"node --test":       "e2e/package.json",
	"npm run":           "e2e/package.json",
}

// TestDocumentedCommands runs every command that the documents show, in their order, in a folder that holds what they
// speak of. Numbers of epochs are cut to one, and a benchmark's runs.
func TestDocumentedCommands(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil || len(documents) == 0 {
		t.Fatalf("no documents in the checkout: %v", err)
	}
	more, _ := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	ran := 0
	for _, document := range append(documents, more...) {
		if strings.HasPrefix(filepath.Base(document), "README.") && filepath.Base(document) != "README.md" {
			continue // a translation, whose commands are held to README.md's by TestReadmesInStep
		}
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(document), func(t *testing.T) {
			documentedFolder(t, root)
			for _, command := range documentedCommands(string(text)) {
				if runDocumented(t, root, command) {
					ran++
				}
			}
		})
	}
	if ran < 10 {
		t.Errorf("only %d commands were run: the documents are no longer understood", ran)
	}
}

var (
	shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	comment    = regexp.MustCompile(`\s+#.*$`)
	setting    = regexp.MustCompile(`^(?:[A-Z]+=\S+\s+|export \S+$)`)
	epochs     = regexp.MustCompile(`--epochs \d+`)
	warmUp     = regexp.MustCompile(`--warmup-epochs \d+`)
)

// documentedCommands returns the lines of a document's shell blocks, without comments and settings of the environment.
func documentedCommands(text string) (commands []string) {
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(strings.ReplaceAll(block[1], "\\\n", " ")) {
			line = strings.TrimSpace(comment.ReplaceAllString(strings.TrimSpace(line), ""))
			for part := range strings.SplitSeq(line, " && ") {
				part = setting.ReplaceAllString(strings.TrimSpace(part), "")
				if part != "" && !strings.HasPrefix(part, "#") && !strings.HasPrefix(part, "cd ") {
					commands = append(commands, part)
				}
			}
		}
	}
	return commands
}

// runDocumented runs one of this program's commands and reports that it did; another one must be known to run elsewhere.
func runDocumented(t *testing.T, root, command string) bool {
	t.Helper()
	args, ours := strings.CutPrefix(command, "go run ./cmd/mobilemamba ")
	if ours {
		args = warmUp.ReplaceAllString(epochs.ReplaceAllString(args, "--epochs 1"), "--warmup-epochs 0")
		if strings.HasPrefix(args, "bench ") {
			args += " --runs 1"
		}
		mustCall(t, strings.Fields(args)...)
		return true
	}
	for known, where := range elsewhere {
		if command == known || strings.HasPrefix(command, known+" ") {
			if _, err := os.Stat(filepath.Join(root, where)); err != nil {
				t.Errorf("%q is said to run in %s: %v", command, where, err)
			}
			return false
		}
	}
	t.Errorf("nothing runs %q: run it in this test, or say in elsewhere what does", command)
	return false
}

// documentedFolder makes a folder of what the documents' commands speak of, and goes there.
func documentedFolder(t *testing.T, root string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(root, "assets"), filepath.Join(dir, "assets")); err != nil {
		t.Fatal(err)
	}
	picture(t, dir, "path/to/folder-or-zip/n01443537/0.png", color.NRGBA{200, 90, 20, 255})
	if err := os.Rename(network(t, dir), filepath.Join(dir, "in.pth")); err != nil {
		t.Fatal(err)
	}
	x := &checkpoint.StateDict{}
	x.Add(checkpoint.NewTensor("x", []int{1, 3, 64, 64}, make([]float32, 3*64*64)))
	write(t, filepath.Join(dir, "x.safetensors"), x)
	for _, name := range []string{"pictures.zip", "other.zip"} {
		zipped(t, trainingSet(t, 64), filepath.Join(dir, name))
	}
	tiny := trainingSet(t, 64)
	for _, part := range []string{"train", "val"} {
		for class, id := range map[string]string{"blue": "n01443537", "red": "n01629819"} {
			if err := os.Rename(filepath.Join(tiny, part, class), filepath.Join(tiny, part, id)); err != nil {
				t.Fatal(err)
			}
		}
	}
	zipped(t, tiny, filepath.Join(dir, "tiny-imagenet-200.zip"))
	t.Chdir(dir)
}

// zipped writes a folder into a zip file.
func zipped(t *testing.T, dir, file string) {
	t.Helper()
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(out)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
