// Judges histories (history.jsonl: one event a line) with Porcupine, for side-by-side measurements on the same input.
//
// Prints one line of JSON per file: file, valid (true, false or "unknown"), operations, milliseconds (one per turn, without
// reading the file), cpuMs (the same, by processor time), bestMs, bestCpuMs and peakRssMb (of the whole process so far:
// measure memory with one file per process).
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"syscall"
	"time"

	"github.com/anishathalye/porcupine"
)

const longestLine = 64 << 20

// event is a line of history.jsonl.
type event struct {
	Process json.RawMessage `json:"process"`
	Type    string          `json:"type"`
	F       string          `json:"f"`
	Key     json.RawMessage `json:"key"`
	Value   json.RawMessage `json:"value"`
}

// operation is an invocation with what came of it. Porcupine gets it as the input, and the outcome as the output.
type operation struct {
	id      int
	process int
	f       string
	key     string
	asked   json.RawMessage
	answer  json.RawMessage
	outcome string // ok, fail or info
	call    int    // line
	done    int    // line; -1: never
}

type options struct {
	model      string
	initial    string
	nilMatches bool
	casFailure string
	timeout    time.Duration
	turns      int
	evidence   bool
}

type report struct {
	File         string    `json:"file"`
	Valid        any       `json:"valid"`
	Model        string    `json:"model"`
	Operations   int       `json:"operations"`
	Milliseconds []float64 `json:"milliseconds"`
	CpuMs        []float64 `json:"cpuMs"`
	BestMs       float64   `json:"bestMs"`
	BestCpuMs    float64   `json:"bestCpuMs"`
	PeakRssMb    int64     `json:"peakRssMb"`
}

func main() {
	var o options
	flag.StringVar(&o.model, "model", "cas-register", "register, cas-register (the same here) or kv (get, put, append of texts)")
	flag.StringVar(&o.initial, "initial", "", "value at the start, as JSON (default null; for kv the empty text)")
	flag.BoolVar(&o.nilMatches, "nil-matches-any", false, "a read that returned null says nothing")
	flag.StringVar(&o.casFailure, "cas-failure", "drop", "a failed cas: drop (it did not happen) or observe (the value was another)")
	flag.DurationVar(&o.timeout, "timeout", 2*time.Minute, "give up on a file after this time")
	flag.IntVar(&o.turns, "turns", 3, "how often each file is judged")
	flag.BoolVar(&o.evidence, "evidence", false, "collect what Porcupine's picture shows (partial linearizations) as well")
	flag.Parse()
	encoder := json.NewEncoder(os.Stdout)
	failed := false
	for _, file := range flag.Args() {
		line, err := judge(file, o)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			failed = true
			continue
		}
		if err := encoder.Encode(line); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if failed {
		os.Exit(2)
	}
}

func judge(file string, o options) (*report, error) {
	reader, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	operations, err := readOperations(reader)
	if err != nil {
		return nil, err
	}
	var model porcupine.Model
	var events []porcupine.Event
	switch o.model {
	case "register", "cas-register":
		model, events, err = registerCase(operations, o)
	case "kv":
		model, events, err = kvCase(operations, o)
	default:
		err = fmt.Errorf("there is no model %s", o.model)
	}
	if err != nil {
		return nil, err
	}
	result := &report{File: file, Model: o.model, Operations: countCalls(events), BestMs: math.Inf(1), BestCpuMs: math.Inf(1)}
	for turn := 0; turn < o.turns; turn++ {
		runtime.GC()
		debug.FreeOSMemory()
		cpuBefore, start := cpuMs(), time.Now()
		var verdict porcupine.CheckResult
		if o.evidence {
			verdict, _ = porcupine.CheckEventsVerbose(model, events, o.timeout)
		} else {
			verdict = porcupine.CheckEventsTimeout(model, events, o.timeout)
		}
		ms := float64(time.Since(start).Microseconds()) / 1000
		cpu := cpuMs() - cpuBefore
		result.Milliseconds = append(result.Milliseconds, ms)
		result.CpuMs = append(result.CpuMs, cpu)
		result.BestMs = math.Min(result.BestMs, ms)
		result.BestCpuMs = math.Min(result.BestCpuMs, cpu)
		switch verdict {
		case porcupine.Ok:
			result.Valid = true
		case porcupine.Illegal:
			result.Valid = false
		default:
			result.Valid = "unknown"
		}
		if result.Valid == "unknown" {
			break
		}
	}
	result.PeakRssMb = peakRssMb()
	return result, nil
}

// readOperations pairs invocations with their completions. Lines of the nemesis and the header are left out.
func readOperations(reader io.Reader) ([]*operation, error) {
	scanner := bufio.NewScanner(reader)
	scanner.Buffer(make([]byte, 1<<20), longestLine)
	open := map[int]*operation{}
	var operations []*operation
	for line := 1; scanner.Scan(); line++ {
		text := bytes.TrimSpace(scanner.Bytes())
		if len(text) == 0 {
			continue
		}
		var e event
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		var process int
		if e.Type == "" || json.Unmarshal(e.Process, &process) != nil {
			continue
		}
		pending := open[process]
		if e.Type == "invoke" {
			if pending != nil {
				return nil, fmt.Errorf("line %d: process %d has an operation open", line, process)
			}
			o := &operation{id: len(operations), process: process, f: e.F, key: string(e.Key), asked: e.Value, outcome: "info", call: line, done: -1}
			open[process] = o
			operations = append(operations, o)
			continue
		}
		if pending == nil {
			return nil, fmt.Errorf("line %d: process %d has no operation open", line, process)
		}
		pending.outcome = e.Type
		pending.answer = e.Value
		if e.Type != "info" {
			pending.done = line
		}
		delete(open, process)
	}
	return operations, scanner.Err()
}

// inOrder makes Porcupine's events: calls and returns by line, those in doubt return after everything else.
func inOrder(operations []*operation, input, output func(*operation) any) []porcupine.Event {
	type placed struct {
		line  int
		event porcupine.Event
	}
	events := make([]placed, 0, 2*len(operations))
	for _, o := range operations {
		done := o.done
		if done < 0 {
			done = math.MaxInt
		}
		events = append(events,
			placed{o.call, porcupine.Event{ClientId: o.process, Kind: porcupine.CallEvent, Value: input(o), Id: o.id}},
			placed{done, porcupine.Event{ClientId: o.process, Kind: porcupine.ReturnEvent, Value: output(o), Id: o.id}})
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].line < events[j].line })
	ordered := make([]porcupine.Event, len(events))
	for i, p := range events {
		ordered[i] = p.event
	}
	return ordered
}

// byKey keeps the order of first appearance, so that runs repeat.
func byKey(keys []string) func([]porcupine.Event) [][]porcupine.Event {
	return func(history []porcupine.Event) [][]porcupine.Event {
		place := map[string]int{}
		var parts [][]porcupine.Event
		for _, e := range history {
			key := keys[e.Id]
			i, known := place[key]
			if !known {
				i = len(parts)
				place[key] = i
				parts = append(parts, nil)
			}
			parts[i] = append(parts[i], e)
		}
		return parts
	}
}

func keysOf(operations []*operation) []string {
	top := 0
	for _, o := range operations {
		if o.id >= top {
			top = o.id + 1
		}
	}
	keys := make([]string, top)
	for _, o := range operations {
		keys[o.id] = o.key
	}
	return keys
}

func countCalls(events []porcupine.Event) int {
	return len(events) / 2
}

// ---- register with compare-and-set: values are small numbers, equal texts get equal numbers ----

const (
	opRead = iota
	opWrite
	opCas
)

type registerInput struct{ op, a, b int }

type registerOutput struct {
	value   int
	known   bool
	success bool
}

func registerCase(operations []*operation, o options) (porcupine.Model, []porcupine.Event, error) {
	numbers := map[string]int{}
	number := func(raw json.RawMessage) int {
		text := compact(raw)
		n, known := numbers[text]
		if !known {
			n = len(numbers)
			numbers[text] = n
		}
		return n
	}
	null := number(nil)
	initial := null
	if o.initial != "" {
		initial = number(json.RawMessage(o.initial))
	}
	inputs := map[int]registerInput{}
	outputs := map[int]registerOutput{}
	var kept []*operation
	for _, op := range operations {
		var in registerInput
		out := registerOutput{known: op.outcome == "ok", success: op.outcome == "ok"}
		switch op.f {
		case "read":
			out.value = number(op.answer)
			if o.nilMatches && out.value == null {
				out.known = false
			}
			// A read without a known answer says nothing.
			if !out.known {
				continue
			}
		case "write":
			if op.outcome == "fail" {
				continue
			}
			in = registerInput{op: opWrite, a: number(op.asked)}
		case "cas":
			if op.outcome == "fail" && o.casFailure == "drop" {
				continue
			}
			var pair []json.RawMessage
			if err := json.Unmarshal(op.asked, &pair); err != nil || len(pair) != 2 {
				return porcupine.Model{}, nil, fmt.Errorf("line %d: a cas takes two values", op.call)
			}
			in = registerInput{op: opCas, a: number(pair[0]), b: number(pair[1])}
			out.known = op.outcome != "info"
		default:
			return porcupine.Model{}, nil, fmt.Errorf("line %d: a register has no %s", op.call, op.f)
		}
		inputs[op.id], outputs[op.id] = in, out
		kept = append(kept, op)
	}
	model := porcupine.Model{
		PartitionEvent: byKey(keysOf(kept)),
		Init:           func() interface{} { return initial },
		Step: func(state, input, output interface{}) (bool, interface{}) {
			in, out := input.(registerInput), output.(registerOutput)
			switch in.op {
			case opRead:
				return out.value == state.(int), state
			case opWrite:
				return true, in.a
			}
			match := in.a == state.(int)
			next := state
			if match {
				next = in.b
			}
			return !out.known || match == out.success, next
		},
		Hash: func(state interface{}) uint64 { return spread(uint64(state.(int))) },
	}
	events := inOrder(kept, func(op *operation) any { return inputs[op.id] }, func(op *operation) any { return outputs[op.id] })
	return model, events, nil
}

// spread makes a hash of a small number in which every bit counts (Steele, Lea, Flood: splitmix64).
func spread(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}

// ---- texts by key: get, put and append ----

type kvInput struct {
	f    string
	text string
}

type kvOutput struct {
	text  string
	known bool
}

func kvCase(operations []*operation, o options) (porcupine.Model, []porcupine.Event, error) {
	initial := ""
	if o.initial != "" {
		if err := json.Unmarshal([]byte(o.initial), &initial); err != nil {
			return porcupine.Model{}, nil, fmt.Errorf("the initial value is no text: %w", err)
		}
	}
	inputs := map[int]kvInput{}
	outputs := map[int]kvOutput{}
	var kept []*operation
	for _, op := range operations {
		if op.outcome == "fail" || (op.f == "get" && op.outcome != "ok") {
			continue
		}
		in := kvInput{f: op.f}
		out := kvOutput{known: op.outcome == "ok"}
		raw, target := op.asked, &in.text
		switch op.f {
		case "get":
			raw, target = op.answer, &out.text
		case "put", "append":
		default:
			return porcupine.Model{}, nil, fmt.Errorf("line %d: there is no %s here", op.call, op.f)
		}
		// A get of null found nothing: the initial text.
		*target = initial
		if compact(raw) != "null" {
			if err := json.Unmarshal(raw, target); err != nil {
				return porcupine.Model{}, nil, fmt.Errorf("line %d: %w", op.call, err)
			}
		}
		inputs[op.id], outputs[op.id] = in, out
		kept = append(kept, op)
	}
	model := porcupine.Model{
		PartitionEvent: byKey(keysOf(kept)),
		Init:           func() interface{} { return initial },
		Step: func(state, input, output interface{}) (bool, interface{}) {
			in, out := input.(kvInput), output.(kvOutput)
			switch in.f {
			case "get":
				return out.text == state.(string), state
			case "put":
				return true, in.text
			}
			return true, state.(string) + in.text
		},
		Hash: func(state interface{}) uint64 {
			sum := fnv.New64a()
			_, _ = io.WriteString(sum, state.(string))
			return sum.Sum64()
		},
	}
	events := inOrder(kept, func(op *operation) any { return inputs[op.id] }, func(op *operation) any { return outputs[op.id] })
	return model, events, nil
}

func compact(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "null"
	}
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return string(raw)
	}
	return out.String()
}

func usage() syscall.Rusage {
	var u syscall.Rusage
	// It cannot fail for the process itself; zeros would be seen at once.
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u
}

func peakRssMb() int64 {
	return usage().Maxrss / 1024
}

// cpuMs is what the process has used so far, collector included: on a shared machine it says more than the clock.
func cpuMs() float64 {
	u := usage()
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
}
