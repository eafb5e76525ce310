#!/usr/bin/env bash
# A real OpenSearch cluster of 1 to 3 nodes on 127.0.0.1, for tests, from Maven's jars alone.
#
#   cluster.sh build                    fetches and compiles what a node is made of
#   cluster.sh start N DIR [PORT]       starts N nodes, waits until all have joined, prints the address of each
#   cluster.sh node K DIR               starts node K again that was stopped or killed, and does not wait
#   cluster.sh stop DIR                 ends them
#
# DIR/nodeK.pid and nodeK.log are those of node K. It listens on PORT+K, to the others on PORT+100+K. HEAP is each
# node's memory (256m), PROCESSORS what it may use of them (1), JVM its other options: a test wants a node that starts
# fast, figures one that compiles as a real one does (JVM=-XX:+UseG1GC). BUILD is where the compiled node lies, by
# default beside this script, so that it is made once.
# With PARENT, a process, the nodes end when that does, however it ends.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/build}

make_node() {
	if [ -f "$build/done" ] && [ ! "$here/pom.xml" -nt "$build/done" ] && [ ! "$here/Node.java" -nt "$build/done" ]; then return; fi
	for program in java javac mvn; do
		command -v $program >/dev/null || { echo "cluster.sh: there is no $program (Debian: apt-get install maven openjdk-17-jdk-headless)" >&2; exit 3; }
	done
	mkdir -p "$build"
	(
		flock 9 # packages are tested side by side
		[ -f "$build/done" ] && [ ! "$here/pom.xml" -nt "$build/done" ] && [ ! "$here/Node.java" -nt "$build/done" ] && exit
		mvn -q -B -f "$here/pom.xml" ${MVN_ARGS:-} dependency:build-classpath -Dmdep.outputFile="$build/classpath" >&2
		javac -nowarn -d "$build" -cp "$(cat "$build/classpath")" "$here/Node.java"
		touch "$build/done"
	) 9>"$build/lock"
}

start_node() {
	local k=$1 names='' seeds='' i
	for i in $(seq "$n"); do names+=node$i, seeds+=127.0.0.1:$((port + 100 + i)),; done
	java -Xms"${HEAP:-256m}" -Xmx"${HEAP:-256m}" ${JVM:--XX:+UseSerialGC -XX:TieredStopAtLevel=1} -Xshare:auto ${PARENT:+-Dparent=$PARENT} \
		-cp "$build:$(cat "$build/classpath")" Node "$dir/node$k" node.name=node$k cluster.name=test network.host=127.0.0.1 http.port=$((port + k)) transport.port=$((port + 100 + k)) \
		discovery.seed_hosts="$seeds" cluster.initial_cluster_manager_nodes="$names" node.processors="${PROCESSORS:-1}" discovery.find_peers_interval=200ms \
		cluster.routing.allocation.disk.threshold_enabled="${DISK_THRESHOLD:-false}" </dev/null >>"$dir/node$k.log" 2>&1 9>&- &
	echo $! >"$dir/node$k.pid"
}

case ${1:-} in
build)
	make_node
	;;
start)
	n=$2 dir=$3 port=${4:-19200}
	make_node
	mkdir -p "$dir"
	echo "$n $port" >"$dir/nodes"
	for k in $(seq "$n"); do start_node "$k"; done
	for _ in $(seq 600); do
		if curl -sf -m 2 "http://127.0.0.1:$((port + 1))/_cluster/health?wait_for_nodes=$n&timeout=1s" | grep -q "\"number_of_nodes\":$n,"; then
			for k in $(seq "$n"); do echo "http://127.0.0.1:$((port + k))"; done
			exit 0
		fi
		for k in $(seq "$n"); do
			kill -0 "$(cat "$dir/node$k.pid")" 2>/dev/null || { echo "cluster.sh: node $k ended: $(tail -n 3 "$dir/node$k.log")" >&2; "$0" stop "$dir"; exit 1; }
		done
		sleep 0.2
	done
	echo "cluster.sh: the cluster did not form in two minutes: see $dir/node1.log" >&2
	"$0" stop "$dir"
	exit 1
	;;
node)
	k=$2 dir=$3
	read -r n port <"$dir/nodes"
	start_node "$k"
	;;
stop)
	for pid in "$2"/node*.pid; do
		[ -e "$pid" ] || continue
		kill -CONT "$(cat "$pid")" 2>/dev/null || true
		kill "$(cat "$pid")" 2>/dev/null || true
		rm -f "$pid"
	done
	;;
*)
	sed -n '2,/^set /p' "$0" | sed '$d; s/^# \{0,1\}//'
	exit 2
	;;
esac
