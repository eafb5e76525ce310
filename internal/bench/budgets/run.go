package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"whyfix/internal/bench"
)

// cost is what a process took.
type cost struct {
	wall time.Duration
	cpu  time.Duration
	peak int64 // of memory, in bytes
}

// spend runs a program to its end.
func spend(ctx context.Context, dir, program string, args ...string) (cost, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &said, &said
	start := time.Now()
	err := cmd.Run()
	c := cost{wall: time.Since(start)}
	if err != nil {
		return c, fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, said.Bytes())
	}
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	c.peak = bench.Peak(cmd.ProcessState)
	return c, nil
}

// median takes the middle of each figure by itself.
func median(all []cost) cost {
	if len(all) == 0 {
		return cost{}
	}
	return cost{
		wall: middle(all, func(c cost) time.Duration { return c.wall }),
		cpu:  middle(all, func(c cost) time.Duration { return c.cpu }),
		peak: int64(middle(all, func(c cost) time.Duration { return time.Duration(c.peak) })),
	}
}

func middle(all []cost, of func(cost) time.Duration) time.Duration {
	list := make([]time.Duration, len(all))
	for i, c := range all {
		list[i] = of(c)
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// repeat does something several times.
func repeat(n int, do func(i int) (cost, error)) (cost, error) {
	medians, err := inTurn(n, do)
	return medians[0], err
}

// inTurn does several things several times, one after the other, each time
// beginning with another one: what a machine does beside them, and who comes
// first, falls upon all alike.
func inTurn(n int, dos ...func(i int) (cost, error)) ([]cost, error) {
	all, medians := make([][]cost, len(dos)), make([]cost, len(dos))
	for i := range n {
		for k := range dos {
			which := (i + k) % len(dos)
			c, err := dos[which](i)
			if err != nil {
				return medians, err
			}
			all[which] = append(all[which], c)
		}
	}
	for i := range all {
		medians[i] = median(all[i])
	}
	return medians, nil
}

// part is the time below which a part of all lies.
func part(list []time.Duration, of float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(int(of*float64(len(sorted))), len(sorted)-1)]
}
