/** The subcommands of {@code bpf4j}. */
package io.bpf4j.tools.command;
