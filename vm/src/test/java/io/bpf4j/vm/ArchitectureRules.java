package io.bpf4j.vm;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Rules about who may use whom within a module, as tests; each module says its own table. A new package has to be
 * added to the table.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ArchitectureRules {

    /** Each thing that no class may use, and what to do instead. */
    private static final Map<String, String> BANNED = Map.of("java.util.logging", "throw, or return the fact",
            "sun.misc.Unsafe", "use ByteBuffer or VarHandle", "jdk.internal",
            "use what the platform exports");

    private final String root;
    private final JavaClasses classes;
    private final Map<String, Set<String>> allowed;

    /** A library, by its packages' prefix, and the only packages of the module that may use it. */
    public record Home(String library, Set<String> packages) {}

    private final List<Home> homes;

    /**
     * Takes a module's rules.
     *
     * @param root the module's root package
     * @param main a class of its main code, by which the others are found
     * @param table a line for each package below the root: {@code package -> packages that it may use}; a dot is the
     *        root package itself
     * @param homes where third-party libraries live
     */
    protected ArchitectureRules(String root, Class<?> main, String table, Home... homes) {
        this.root = root;
        // Where a library is compiled from its sources, its classes lie among ours.
        String folder = "/" + root.replace('.', '/') + "/";
        this.classes = new ClassFileImporter().withImportOption(location -> location.contains(folder))
                .importUrl(main.getProtectionDomain().getCodeSource().getLocation());
        this.allowed = allowed(table);
        this.homes = List.of(homes);
    }

    private static Map<String, Set<String>> allowed(String text) {
        Map<String, Set<String>> table = new TreeMap<>();
        text.lines().map(line -> line.split("->", -1)).forEach(row -> table.put(row[0].strip(),
                Arrays.stream(row[1].strip().split("\\s+")).filter(Predicate.not(String::isEmpty))
                        .collect(Collectors.toSet())));
        return table;
    }

    private String room(JavaClass type) {
        String packageName = type.getPackageName();
        return packageName.equals(root) ? "." : packageName.substring(root.length() + 1);
    }

    private boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(root) || type.getPackageName().startsWith(root + ".");
    }

    private Stream<Dependency> dependencies() {
        return classes.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream());
    }

    private static void assertNone(Stream<String> violations) {
        List<String> found = violations.distinct().sorted().toList();
        if (!found.isEmpty()) {
            fail(String.join("\n", found));
        }
    }

    @Test
    void everyPackageIsInTheTable() {
        Set<String> present = classes.stream().map(this::room)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> unknown = new TreeSet<>(present);
        unknown.removeAll(allowed.keySet());
        assertEquals(Set.of(), unknown);
    }

    @Test
    void packagesUseOnlyWhatTheTableAllows() {
        assertNone(dependencies()
                .filter(dependency -> isOurs(dependency.getTargetClass()))
                .filter(dependency -> {
                    String from = room(dependency.getOriginClass());
                    String to = room(dependency.getTargetClass());
                    return !from.equals(to) && !allowed.getOrDefault(from, Set.of()).contains(to);
                }).map(Dependency::getDescription));
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(root + ".(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void nothingBannedIsUsed() {
        assertNone(dependencies().flatMap(dependency -> BANNED.entrySet().stream()
                .filter(ban -> dependency.getTargetClass().getName().startsWith(ban.getKey()))
                .map(ban -> dependency.getDescription() + ": " + ban.getValue())));
    }

    /** Returns the packages that talk to the user, and so may use System.out and System.err. */
    protected Set<String> printers() {
        return Set.of();
    }

    @Test
    void nothingIsPrinted() {
        assertNone(classes.stream().flatMap(type -> type.getFieldAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().isEquivalentTo(System.class))
                .filter(access -> !printers().contains(room(access.getOriginOwner())))
                .map(JavaFieldAccess::getDescription));
    }

    @Test
    void eachLibraryHasOneHome() {
        assertNone(homes.stream().flatMap(home -> dependencies()
                .filter(dependency -> dependency.getTargetClass().getName().startsWith(home.library()))
                .filter(dependency -> !home.packages().contains(room(dependency.getOriginClass())))
                .map(Dependency::getDescription)));
    }

    @Test
    void classesWereFound() {
        assertFalse(classes.isEmpty());
    }
}
