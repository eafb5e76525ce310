// Package clustertest starts real OpenSearch clusters for tests, by
// tools/opensearch.
//
// In: a test that needs one. Out: the addresses of its nodes; without Java and
// Maven the test skips, or fails where CI is set.
package clustertest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Cluster is a cluster on this machine.
type Cluster struct {
	Nodes []string // the addresses
	dir   string
}

// Start starts a cluster of so many nodes, which ends with the test.
func Start(t *testing.T, nodes int) *Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "whyfix-opensearch-") // t's own would be gone before the nodes are
	if err != nil {
		t.Fatal(err)
	}
	c, err := start(nodes, dir)
	if err != nil {
		_ = os.RemoveAll(dir)
		missing(t, err)
	}
	t.Cleanup(c.stop)
	return c
}

// shared is the cluster of a test program.
var shared = sync.OnceValues(func() (*Cluster, error) {
	if err := os.Mkdir(sharedDir(), 0o755); err != nil {
		return nil, err
	}
	return start(1, sharedDir())
})

func sharedDir() string {
	return filepath.Join(os.TempDir(), "whyfix-opensearch-"+strconv.Itoa(os.Getpid()))
}

// Shared is a cluster of one node for all tests of a program, whose TestMain is
// Main.
func Shared(t *testing.T) *Cluster {
	t.Helper()
	c, err := shared()
	if err != nil {
		missing(t, err)
	}
	return c
}

// Main runs the tests, and ends their cluster.
func Main(m *testing.M) int {
	code := m.Run()
	if _, err := os.Stat(sharedDir()); err == nil {
		(&Cluster{dir: sharedDir()}).stop()
	}
	return code
}

// errNone says that there cannot be a cluster here.
var errNone = errors.New("there is no Java 17 or no Maven: apt-get install maven openjdk-17-jdk-headless, or make setup")

func missing(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, errNone) && os.Getenv("CI") == "" {
		t.Skipf("no OpenSearch cluster for this test: %v", err)
	}
	t.Fatalf("no OpenSearch cluster for this test: %v", err)
}

func script() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../../../../tools/opensearch/cluster.sh")
}

func start(nodes int, dir string) (*Cluster, error) {
	for _, program := range []string{"java", "javac", "mvn", "curl", "bash"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, errNone
		}
	}
	port, err := freePorts(nodes)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(script(), "start", strconv.Itoa(nodes), dir, strconv.Itoa(port))
	cmd.Env = append(os.Environ(), "PARENT="+strconv.Itoa(os.Getpid()))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, said.String())
	}
	return &Cluster{Nodes: strings.Fields(string(out)), dir: dir}, nil
}

// freePorts finds a number behind which, and a hundred behind that, so many
// ports are free.
func freePorts(nodes int) (int, error) {
	for port := 20_000 + os.Getpid()%200*50; port < 60_000; port += 250 {
		free := true
		for k := 1; k <= nodes && free; k++ {
			for _, at := range []int{port + k, port + 100 + k} {
				l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(at))
				if err != nil {
					free = false
					break
				}
				l.Close()
			}
		}
		if free {
			return port, nil
		}
	}
	return 0, errors.New("no ports are free")
}

func (c *Cluster) stop() {
	_ = exec.Command(script(), "stop", c.dir).Run()
	_ = os.RemoveAll(c.dir)
}

// Pid is the process of a node, from 1.
func (c *Cluster) Pid(t *testing.T, node int) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, fmt.Sprintf("node%d.pid", node)))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// Restart starts a node again that ended.
func (c *Cluster) Restart(t *testing.T, node int) {
	t.Helper()
	cmd := exec.Command(script(), "node", strconv.Itoa(node), c.dir)
	cmd.Env = append(os.Environ(), "PARENT="+strconv.Itoa(os.Getpid()))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
