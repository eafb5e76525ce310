package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Program is the whyfix to measure: the given file or, if none is given, one
// that is built into a folder from the module around the working directory.
func Program(ctx context.Context, given, dir string) (string, error) {
	if given != "" {
		return given, nil
	}
	file := filepath.Join(dir, "whyfix")
	// Releases name the program's version, so it must not be another with each commit.
	if out, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", file, "whyfix/cmd/whyfix").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building whyfix: %w\n%s", err, out)
	}
	return file, nil
}

// Server is a process that answers at an address.
type Server struct {
	Address string // "http://127.0.0.1:8181"
	cmd     *exec.Cmd
}

// Start starts a program that says where it is serving, and waits until it does.
func Start(ctx context.Context, program string, args ...string) (*Server, error) {
	return StartTelling(ctx, io.Discard, program, args...)
}

// StartTelling is Start, and passes on what the program says later.
func StartTelling(ctx context.Context, said io.Writer, program string, args ...string) (*Server, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), ": serving "); found {
			go func() { // it must not fill up
				for lines.Scan() {
					_, _ = said.Write(append(lines.Bytes(), '\n'))
				}
				_, _ = io.Copy(io.Discard, stderr)
			}()
			return &Server{strings.TrimSuffix(address, "/"), cmd}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s did not start", args[0]), cmd.Wait())
}

// Resident is the memory of the process in bytes, 0 where nobody tells.
func (s *Server) Resident() int64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.cmd.Process.Pid))
	var all, resident int64
	_, _ = fmt.Sscan(string(data), &all, &resident)
	return resident * int64(os.Getpagesize())
}

// Stop ends the process, and returns when it has ended.
func (s *Server) Stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}
