package io.bpf4j.loader.site;

import java.util.List;

/**
 * What became of looking up a probe point.
 *
 * @param sites the places found, each file and offset once
 * @param problems why places that could have been there are not, a sentence each
 */
public record Resolution(List<Site> sites, List<String> problems) {

    /** Copies the lists. */
    public Resolution {
        sites = List.copyOf(sites);
        problems = List.copyOf(problems);
    }
}
