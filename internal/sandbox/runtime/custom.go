package runtime

import "path"

// providedBootstraps are the names of the program that a custom runtime brings,
// in the order in which it is looked for.
var providedBootstraps = []string{"/var/task/bootstrap", "/opt/bootstrap"}

// custom runs a program that speaks the Runtime API itself: the function's own
// bootstrap, or that of a layer. A function of go1.x is a program whose name is the
// handler's.
func custom(r Runtime) *Program {
	return &Program{
		Runtime: r,
		Runs:    "bootstrap",
		args: func(at Place) []string {
			if r.Family == Go { // whether it is there shows when it is started
				return []string{at.Path(path.Join("/var/task", at.Handler))}
			}
			for _, name := range providedBootstraps {
				if at.Has != nil && at.Has(name) {
					return []string{at.Path(name)}
				}
			}
			return nil
		},
		env: func(Place) []string { return nil },
	}
}
