/** What a probe costs for each call of the function that it is on: a victim of our own, cell by cell. */
package io.bpf4j.bench.compare.micro;
