/** The code of files, as those need it who decode it: bytes where they are loaded, and where functions begin. */
package io.bpf4j.loader.code;
