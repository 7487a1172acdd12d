/** What every tracing tool does first: open the machine, name the targets, start commands, run a unit. */
package io.bpf4j.tools.session;
