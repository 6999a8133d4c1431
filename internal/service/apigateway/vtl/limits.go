package vtl

// Limits bound what rendering may cost, whatever the template and its input. A
// field that is zero has its default.
type Limits struct {
	Steps  int // parts of the template evaluated, and work of about as much; default 2,000,000
	Output int // bytes printed; default 10 MiB
	Memory int // bytes of all strings, lists and maps made on the way, kept or not; default 64 MiB
	Loop   int // iterations of any one #foreach; default 10,000
	Depth  int // blocks, #evaluate and macros within each other; default 50
}

func (l Limits) orDefaults() Limits {
	set := func(field *int, n int) {
		if *field == 0 {
			*field = n
		}
	}
	set(&l.Steps, 2_000_000)
	set(&l.Output, 10<<20)
	set(&l.Memory, 64<<20)
	set(&l.Loop, 10_000)
	set(&l.Depth, 50)
	return l
}
