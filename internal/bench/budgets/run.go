package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
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
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.peak = usage.Maxrss << 10
	}
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
	var all []cost
	for i := range n {
		c, err := do(i)
		if err != nil {
			return cost{}, err
		}
		all = append(all, c)
	}
	return median(all), nil
}

// part is the time below which a part of all lies.
func part(list []time.Duration, of float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(int(of*float64(len(sorted))), len(sorted)-1)]
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
func millis(d time.Duration) string  { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
func megabytes(n int64) string       { return fmt.Sprintf("%d MB", n>>20) }

// within is a row's last column.
func within(measured, budget float64) string {
	if measured <= budget {
		return "yes"
	}
	return "no"
}
