package io.bpf4j.vm;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.bpf4j.vm.isa.Insn;
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

/** Who may use whom in this module. A new package has to be added to the table. */
class ArchitectureTest {

    private static final String ROOT = "io.bpf4j.vm.";

    /** Each package of the module, and those of the module that it may use. */
    private static final String TABLE = """
            isa      ->
            type     ->
            abi      -> type
            program  -> abi isa type
            text     -> abi isa program type
            btf      -> abi isa program type
            object   -> abi btf isa program type
            """;

    /** Each thing that no class may use, and what to do instead. */
    private static final Map<String, String> BANNED = Map.of("java.util.logging", "throw, or return the fact",
            "sun.misc.Unsafe", "use ByteBuffer or VarHandle", "jdk.internal",
            "use what the platform exports");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(Insn.class.getProtectionDomain().getCodeSource().getLocation());
    private final Map<String, Set<String>> allowed = allowed();

    private static Map<String, Set<String>> allowed() {
        Map<String, Set<String>> table = new TreeMap<>();
        TABLE.lines().map(line -> line.split("->", -1)).forEach(row -> table.put(row[0].strip(),
                Arrays.stream(row[1].strip().split("\\s+")).filter(Predicate.not(String::isEmpty))
                        .collect(Collectors.toSet())));
        return table;
    }

    private static String room(JavaClass type) {
        String packageName = type.getPackageName();
        return packageName.startsWith(ROOT) ? packageName.substring(ROOT.length()) : "the root package";
    }

    private Stream<Dependency> dependencies() {
        return CLASSES.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream());
    }

    private static void assertNone(Stream<String> violations) {
        List<String> found = violations.distinct().sorted().toList();
        if (!found.isEmpty()) {
            fail(String.join("\n", found));
        }
    }

    @Test
    void everyPackageIsInTheTable() {
        Set<String> present = CLASSES.stream().map(ArchitectureTest::room)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> unknown = new TreeSet<>(present);
        unknown.removeAll(allowed.keySet());
        assertEquals(Set.of(), unknown);
    }

    @Test
    void packagesUseOnlyWhatTheTableAllows() {
        assertNone(dependencies()
                .filter(dependency -> dependency.getTargetClass().getPackageName().startsWith(ROOT))
                .filter(dependency -> {
                    String from = room(dependency.getOriginClass());
                    String to = room(dependency.getTargetClass());
                    return !from.equals(to) && !allowed.getOrDefault(from, Set.of()).contains(to);
                }).map(Dependency::getDescription));
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.bpf4j.vm.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nothingBannedIsUsed() {
        assertNone(dependencies().flatMap(dependency -> BANNED.entrySet().stream()
                .filter(ban -> dependency.getTargetClass().getName().startsWith(ban.getKey()))
                .map(ban -> dependency.getDescription() + ": " + ban.getValue())));
    }

    @Test
    void nothingIsPrinted() {
        assertNone(CLASSES.stream().flatMap(type -> type.getFieldAccessesFromSelf().stream())
                .filter(access -> access.getTargetOwner().isEquivalentTo(System.class))
                .map(JavaFieldAccess::getDescription));
    }

    @Test
    void classesWereFound() {
        assertTrue(CLASSES.contain(Insn.class));
    }
}
