// Prints the Applications that Argo CD makes of an ApplicationSet with one git files generator: applicationset FILE REPOSITORY
//
// Building Argo CD's own packages takes many minutes (1,647 packages), so this does what they do, with the same template
// engine, functions, options, YAML reader and git call: generators/git.go and utils/utils.go of applicationset/ in
// github.com/argoproj/argo-cd/v3.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

type object = map[string]any

type applicationSet struct {
	Metadata struct{ Namespace string }
	Spec     struct {
		GoTemplate        bool
		GoTemplateOptions []string
		Generators        []struct {
			Git struct {
				Files []struct {
					Path    string
					Exclude bool
				}
			}
		}
		SyncPolicy struct{ PreserveResourcesOnDeletion bool }
		Template   object
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The files of a pattern as Argo CD finds them: git's own glob, whose * takes slashes and leading dots.
func list(repository, pattern string) []string {
	out, err := exec.Command("git", "-C", repository, "ls-files", "--full-name", "-z", "--", pattern).Output()
	check(err)
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
}

func files(set applicationSet, repository string) []string {
	found := map[string]bool{}
	for _, excluded := range []bool{false, true} {
		for _, entry := range set.Spec.Generators[0].Git.Files {
			if entry.Exclude != excluded {
				continue
			}
			for _, name := range list(repository, entry.Path) {
				if excluded {
					delete(found, name)
				} else {
					found[name] = true
				}
			}
		}
	}
	names := []string{}
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func parameters(repository, name string) object {
	text, err := os.ReadFile(filepath.Join(repository, name))
	check(err)
	result := object{}
	if err := yaml.Unmarshal(text, &result); err != nil {
		check(fmt.Errorf("unable to process file '%s': %w", name, err))
	}
	result["path"] = object{
		"path": path.Dir(name), "basename": path.Base(path.Dir(name)), "filename": path.Base(name),
		"segments": strings.Split(path.Dir(name), "/"),
	}
	return result
}

func functions() template.FuncMap {
	result := sprig.GenericFuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(result, name)
	}
	return result
}

// Every text is a template of its own, keys as well.
func fill(value any, options []string, values object) any {
	switch value := value.(type) {
	case string:
		parsed, err := template.New("").Funcs(functions()).Option(options...).Parse(value)
		check(err)
		out := strings.Builder{}
		check(parsed.Execute(&out, values))
		return out.String()
	case object:
		result := object{}
		for key, item := range value {
			result[fill(key, options, values).(string)] = fill(item, options, values)
		}
		return result
	case []any:
		result := []any{}
		for _, item := range value {
			result = append(result, fill(item, options, values))
		}
		return result
	default:
		return value
	}
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	set := applicationSet{}
	check(yaml.Unmarshal(text, &set))
	if !set.Spec.GoTemplate || len(set.Spec.Generators) != 1 {
		check(fmt.Errorf("%s: only an ApplicationSet with goTemplate and one generator is understood", os.Args[1]))
	}
	applications := []object{}
	for _, name := range files(set, os.Args[2]) {
		application := fill(set.Spec.Template, set.Spec.GoTemplateOptions, parameters(os.Args[2], name)).(object)
		application["apiVersion"], application["kind"] = "argoproj.io/v1alpha1", "Application"
		metadata := application["metadata"].(object)
		metadata["namespace"] = set.Metadata.Namespace
		if !set.Spec.SyncPolicy.PreserveResourcesOnDeletion {
			metadata["finalizers"] = []string{"resources-finalizer.argocd.argoproj.io"}
		}
		applications = append(applications, application)
	}
	check(json.NewEncoder(os.Stdout).Encode(applications))
}
