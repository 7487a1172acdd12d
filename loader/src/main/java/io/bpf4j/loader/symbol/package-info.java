/** From addresses on a stack to functions and files, for people. */
package io.bpf4j.loader.symbol;
