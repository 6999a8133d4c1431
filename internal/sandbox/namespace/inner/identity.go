//go:build linux

package inner

// Inside, the program is the user and group that it is on Lambda.
const (
	ProgramUID  = 993
	ProgramGID  = 990
	programName = "sbx_user1051"
)
