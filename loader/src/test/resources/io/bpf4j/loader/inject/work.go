// Computes in several goroutines, collects garbage, and checks each result.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var stop atomic.Bool
var wrong atomic.Int64

func depth(n int) int {
	var room [64]int
	room[n%64] = n
	if n == 0 {
		return 0
	}
	return depth(n-1) + 1 + room[(n+1)%64]
}

func main() {
	var all sync.WaitGroup
	channel := make(chan int, 8)
	var done [4]int64
	for i := 0; i < 3; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			for n := 0; !stop.Load(); n++ {
				if depth(100+n%900) != 100+n%900 {
					wrong.Add(1)
				}
				done[i]++
				channel <- n
			}
		}(i)
	}
	go func() {
		for range channel {
		}
	}()
	all.Add(1)
	go func() {
		defer all.Done()
		for !stop.Load() {
			begin := time.Now()
			time.Sleep(time.Millisecond)
			if time.Since(begin) < time.Millisecond {
				wrong.Add(1)
			}
			garbage := make([]byte, 1<<20)
			garbage[5] = 1
			runtime.GC()
			done[3]++
		}
	}()
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	stop.Store(true)
	all.Wait()
	if wrong.Load() == 0 && done[0] > 0 && done[3] > 0 {
		fmt.Println("right", done)
	} else {
		fmt.Println("wrong", wrong.Load(), done)
	}
}
