package main

import (
	"net/netip"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"cloudless/internal/reroute"
)

// handOver lets another process of this program go on with what a command has left
// running.
func handOver(supervision *reroute.Supervision, address netip.AddrPort, trust string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	heir := exec.Command(self, takeOver, address.String(), trust)
	heir.Dir = "/" // it keeps no directory from being removed
	return supervision.HandOver(heir)
}

// takeOver is the command by which this program goes on supervising what another
// process of it has left. It is not for users.
const takeOver = "take-over-rerouting"

func newTakeOver() *cobra.Command {
	return &cobra.Command{
		Use:    takeOver + " ADDRESS CERTIFICATES",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			address, err := netip.ParseAddrPort(args[0])
			if err != nil {
				return err
			}
			return reroute.TakeOver(address, args[1])
		},
	}
}
