/** Works on a living process from outside: stops it, makes it call, reads and writes its memory, lets it go on. */
package io.bpf4j.loader.inject;
