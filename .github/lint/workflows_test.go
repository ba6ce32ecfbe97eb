// Package lint holds the workflows of this repository to its rules. It is a module of its own, so that what parses
// workflows stays out of the project's dependencies.
package lint

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
)

// permissions are all that a workflow or a job may ask for, by workflow and job; "" is the workflow's own.
var permissions = map[string]map[string]map[string]string{
	"audit.yml": {
		"": {"contents": "read"},
	},
	"ci.yml": {
		"": {"contents": "read"},
	},
	"pages.yml": {
		"":       {"contents": "read"},
		"build":  {"contents": "read", "pages": "read"},
		"deploy": {"pages": "write", "id-token": "write"},
	},
}

var (
	// A tag can be moved to other code, a commit cannot.
	pinned = regexp.MustCompile(`^actions/[a-z-]+@[0-9a-f]{40}$`)
	// The comment behind a pin says which release it is.
	uses = regexp.MustCompile(`(?m)^.*\buses:.*$`)
	said = regexp.MustCompile(`\buses: \S+ # v\d+\.\d+\.\d+$`)
)

func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob("../workflows/*")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		name := filepath.Base(file)
		names = append(names, name)
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range problems(t, name, text) {
				t.Error(problem)
			}
		})
	}
	if want := slices.Sorted(maps.Keys(permissions)); !slices.Equal(names, want) {
		t.Errorf("the workflows are %q, want %q", names, want)
	}
}

// TestRules breaks each rule once.
func TestRules(t *testing.T) {
	good, err := os.ReadFile("../workflows/pages.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ old, new, want string }{
		{"needs: build", "needs: biuld", "biuld"},
		{"run: make site", "run: make site && curl example.com", "make target"},
		{"actions/deploy-pages@cd2ce8fcbc39b97be8ca5fce6e763baed58fa128", "actions/deploy-pages@v5", "pinned"},
		{"actions/deploy-pages@", "somebody/deploy-pages@", "pinned"},
		{"fa128 # v5.0.0", "fa128", "release"},
		{"contents: read", "contents: write", "permissions"},
		{"permissions:\n  contents: read\n", "", "permissions"},
		{"pages: write", "actions: write", "permissions"},
	} {
		broken := strings.Replace(string(good), tc.old, tc.new, 1)
		found := strings.Join(problems(t, "pages.yml", []byte(broken)), "\n")
		if broken == string(good) || !strings.Contains(found, tc.want) {
			t.Errorf("%q for %q: found %q, want a problem with %q", tc.new, tc.old, found, tc.want)
		}
	}
}

// problems lists what is wrong with a workflow.
func problems(t *testing.T, name string, text []byte) []string {
	t.Helper()
	var found []string
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	mistakes, err := linter.Lint(name, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, mistake := range mistakes {
		found = append(found, mistake.Error())
	}
	workflow, _ := actionlint.Parse(text)
	if workflow == nil {
		return append(found, "it cannot be parsed")
	}
	for _, line := range uses.FindAllString(string(text), -1) {
		if !said.MatchString(line) {
			found = append(found, "no release is named behind"+line)
		}
	}
	found = append(found, excess(permissions[name], "", workflow.Permissions)...)
	for id, job := range workflow.Jobs {
		found = append(found, excess(permissions[name], id, job.Permissions)...)
		if job.TimeoutMinutes == nil {
			found = append(found, id+" has no timeout")
		}
		for _, step := range job.Steps {
			switch does := step.Exec.(type) {
			case *actionlint.ExecRun:
				if target, ok := strings.CutPrefix(does.Run.Value, "make "); !ok || !isTarget(t, target) {
					found = append(found, id+" runs "+does.Run.Value+", which is no make target")
				}
			case *actionlint.ExecAction:
				if !pinned.MatchString(does.Uses.Value) {
					found = append(found, id+" uses "+does.Uses.Value+", which is no official action pinned by its commit")
				}
			}
		}
	}
	return found
}

// excess says where permissions are not those of the table.
func excess(table map[string]map[string]string, id string, asked *actionlint.Permissions) []string {
	want, ok := table[id]
	if asked == nil && !ok && id != "" {
		return nil // A job has its workflow's.
	}
	got := map[string]string{}
	if asked != nil {
		for scope, permission := range asked.Scopes {
			got[scope] = permission.Value.Value
		}
	}
	if asked == nil || asked.All != nil || !maps.Equal(got, want) {
		return []string{"the permissions of " + id + " are not the least that it needs"}
	}
	return nil
}

// isTarget reports whether the Makefile has a target of this name.
func isTarget(t *testing.T, name string) bool {
	t.Helper()
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `:`).Match(makefile)
}
