package profiles

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// faults collects what is wrong with a profile, each with the path of its key: lines[0].columns[2].field.
type faults struct{ list []fault }

type fault struct{ path, text string }

func (f *faults) add(path, format string, args ...any) {
	f.list = append(f.list, fault{path, fmt.Sprintf(format, args...)})
}

// in joins the faults with the lines of their keys in the profile as it was written.
func (f *faults) in(root *yaml.Node) error {
	errs := make([]error, len(f.list))
	for i, one := range f.list {
		errs[i] = fmt.Errorf("line %d: %s: %s", lineOf(root, one.path), one.path, one.text)
	}
	return errors.Join(errs...)
}

// lineOf is the line of a key; of one that is missing, that of the nearest key around it.
func lineOf(n *yaml.Node, path string) int {
	line := n.Line
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		var next *yaml.Node
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == step {
					line, next = n.Content[i].Line, n.Content[i+1]
				}
			}
		case yaml.SequenceNode:
			if at, err := strconv.Atoi(step); err == nil && at < len(n.Content) {
				next = n.Content[at]
				line = next.Line
			}
		case yaml.DocumentNode, yaml.ScalarNode, yaml.AliasNode:
		}
		if next == nil {
			return line
		}
		n = next
	}
	return line
}
