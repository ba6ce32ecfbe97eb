// Command mobilemamba runs MobileMamba on pictures, folders and tensors.
//
// Results go to stdout, messages and progress to stderr. It exits with 0 on success, 1 where an input failed
// and 2 on bad usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// command is one verb of the command line.
type command struct {
	name, usage, help string
	run               func(ctx context.Context, e *env, args []string) error
}

var commands = []command{
	{"classify", "classify [--model M] [--top 5] [--json] IMAGE…", "name what pictures show", runClassify},
	{"eval", "eval [--model M] [--limit N] [--json] DIR|ZIP", "measure accuracy over CLASS_ID/image", runEval},
	{"convert", "convert [--dtype f32|f16|i8] [--ema] [--keep-bn] [--variant NAME] [--resolution N] IN OUT.safetensors", "fold a checkpoint and write it as safetensors", runConvert},
	{"weights", "weights [--variant T2|T2†|…|B4†|all] [--file PTH] [--from URL] [--forget]", "fetch the authors' checkpoints and add them to the page", runWeights},
	{"forward", "forward --weights CKPT --input X.safetensors --output Y.safetensors [--variant NAME] [--ema] [--trace]", "run the network on a raw tensor", runForward},
	{"bench", "bench [--variant NAME | --model M] [--size N] [--runs N] [--json]", "time every block", runBench},
	{"train", "train --data DIR|ZIP --out DIR [--config T2|…|XT|FILE] [--size N] [--epochs N] [--teacher CKPT] [--init CKPT] [--resume]", "train a network on your own pictures", runTrain},
	{"export", "export [--model M | --variant NAME] [--size N] [--target web|native] --onnx OUT.onnx", "write the network for other runtimes", runExport},
}

// env is what a command talks to.
type env struct{ stdout, stderr io.Writer }

// usageError is a mistake in the command line.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, &env{os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// run carries out a command line and returns the exit status.
func run(ctx context.Context, e *env, args []string) int {
	if len(args) == 0 {
		printUsage(e.stderr)
		return 2
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		printUsage(e.stdout)
		return 0
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, e, args[1:])
		var usage usageError
		switch {
		case err == nil || errors.Is(err, flag.ErrHelp):
			return 0
		case errors.As(err, &usage):
			fmt.Fprintf(e.stderr, "mobilemamba %s: %v\nusage: mobilemamba %s\n", c.name, err, c.usage)
			return 2
		default:
			fmt.Fprintf(e.stderr, "mobilemamba %s: %v\n", c.name, err)
			return 1
		}
	}
	fmt.Fprintf(e.stderr, "mobilemamba: no command %q\n", args[0])
	printUsage(e.stderr)
	return 2
}

func printUsage(w io.Writer) {
	fmt.Fprintln(w, "mobilemamba runs the MobileMamba image classifier.\n\nusage:")
	for _, c := range commands {
		fmt.Fprintf(w, "  mobilemamba %s\n        %s\n", c.usage, c.help)
	}
	fmt.Fprintln(w, "\nM is a model of the manifest, a .safetensors or a .pth; the default is the manifest's first model.\n"+
		"mobilemamba COMMAND --help lists the flags of a command.")
}

// parse reads flags and arguments in any order and returns the arguments.
func parse(e *env, fs *flag.FlagSet, args []string) ([]string, error) {
	fs.SetOutput(io.Discard)
	var rest []string
	for {
		if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(e.stdout, "flags of mobilemamba %s:\n", fs.Name())
			fs.SetOutput(e.stdout)
			fs.PrintDefaults()
			return nil, err
		} else if err != nil {
			return nil, usageError{err.Error()}
		}
		parsed := len(args) - fs.NArg()
		if fs.NArg() == 0 {
			return rest, nil
		}
		if parsed > 0 && args[parsed-1] == "--" {
			return append(rest, fs.Args()...), nil
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
}
