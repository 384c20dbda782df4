import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Compares two folders of the packaged application, byte by byte. One file may differ, and only in classes that Quarkus 3.33
 * numbers and orders as its threads happen to run; its pull requests 53025, 53086 and 53358 fix that. Most of these classes
 * must have the same instructions in the same order; a number stands for the same number of the other folder everywhere. Of a
 * few, whose parts have another order, only the lines of the disassembled code are compared; their names are printed.
 */
class Compare {

    private static final String GENERATED = "quarkus/generated-bytecode.jar";
    private static final String TRANSFORMED = "quarkus/transformed-bytecode.jar";
    private static final Pattern NUMBERED = Pattern.compile("io/quarkus/runner/recorded/[^/]+\\.class");
    private static final Pattern REORDERED = Pattern.compile("io/quarkus/(runtime/generated/"
            + "(SharedConfig|(RunTime|StaticInit)ConfigCustomizer)"
            + "|arc/setup/Default_ComponentsProvider"
            + "|runner/recorded/QuteProcessor\\$initializeGeneratedClasses\\d+"
            + "|qute/runtime/extensions/[^/]+_ValueResolver_[^/]+)\\.class");
    private static final Pattern KEY = Pattern.compile("proxykey\\d+");
    private static final Pattern CONSTANT = Pattern.compile("#\\d+");
    /** Numbers of values, constants and instructions, and the form of ldc for a number of more than one byte. */
    private static final Pattern PLACES = Pattern.compile("(?<=configClass\\$)\\d+|#\\d+|^\\d+:|(?<=^\\d{1,6}: ldc)_w"
            + "|(?<=: (if[a-z_]{2,9}|goto) )\\d+|^\\d+ \\d+ \\d+(?= (any|Class))");
    private static final ToolProvider JAVAP = ToolProvider.findFirst("javap").orElseThrow();

    private final List<String> faults = new ArrayList<>();
    private final Map<String, String> keys = new HashMap<>();
    private final Map<String, String> keysOfTheOther = new HashMap<>();
    private final List<String> reordered = new ArrayList<>();
    private int renumbered;

    public static void main(String[] args) throws IOException {
        Compare compare = new Compare();
        compare.folders(Path.of(args[0]), Path.of(args[1]));
        compare.faults.forEach(System.err::println);
        if (!compare.faults.isEmpty()) {
            System.exit(1);
        }
        System.out.println("All files are equal, except classes of " + GENERATED + ": " + compare.renumbered
                + " with other numbers, and in another order " + compare.reordered);
    }

    private void folders(Path one, Path other) throws IOException {
        TreeSet<String> names = new TreeSet<>(files(one));
        if (names.size() < 100) {
            faults.add(one + " is not the packaged application");
        }
        names.addAll(files(other));
        for (String name : names) {
            if (!Files.exists(one.resolve(name)) || !Files.exists(other.resolve(name))) {
                faults.add(name + " is in one of the folders only");
            } else if (Files.mismatch(one.resolve(name), other.resolve(name)) >= 0) {
                if (name.equals(GENERATED)) {
                    archives(one.resolve(name), other.resolve(name));
                } else if (name.equals(TRANSFORMED) && haveTheSameEntries(one.resolve(name), other.resolve(name))) {
                    faults.add(name + " has the same classes in another order: Quarkus sorts them, and what is in"
                            + " quarkus/quarkus-application.dat, by the paths of their archives; build in a folder whose path"
                            + " sorts after that of Maven's repository");
                } else {
                    faults.add(name + " differs");
                }
            }
        }
    }

    private static boolean haveTheSameEntries(Path one, Path other) throws IOException {
        Map<String, Entry> first = entries(one);
        Map<String, Entry> second = entries(other);
        return first.keySet().equals(second.keySet()) && first.entrySet().stream()
                .allMatch(entry -> Arrays.equals(entry.getValue().bytes(), second.get(entry.getKey()).bytes()));
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).toList();
        }
    }

    private void archives(Path one, Path other) throws IOException {
        Map<String, Entry> first = entries(one);
        Map<String, Entry> second = entries(other);
        if (!new ArrayList<>(first.keySet()).equals(new ArrayList<>(second.keySet()))) {
            faults.add(GENERATED + " has other entries");
            return;
        }
        Path folder = Files.createTempDirectory("classes");
        for (String name : first.keySet()) {
            Entry entry = first.get(name);
            Entry twin = second.get(name);
            if (entry.time() != twin.time()) {
                faults.add(GENERATED + ", " + name + " has another time");
            } else if (!Arrays.equals(entry.bytes(), twin.bytes())) {
                if (!NUMBERED.matcher(name).matches() && !REORDERED.matcher(name).matches()) {
                    faults.add(GENERATED + ", " + name + " differs");
                    continue;
                }
                compare(name, lines(folder, entry.bytes()), lines(folder, twin.bytes()));
            }
        }
    }

    private void compare(String name, List<String> one, List<String> other) {
        if (NUMBERED.matcher(name).matches() && haveTheSameOrder(one, other)) {
            renumbered++;
        } else if (REORDERED.matcher(name).matches() && sorted(one).equals(sorted(other))) {
            reordered.add(name);
        } else {
            faults.add(GENERATED + ", " + name + " differs");
        }
    }

    /** Numbers of constants follow from their order, which the names beside them show. */
    private boolean haveTheSameOrder(List<String> one, List<String> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            String line = CONSTANT.matcher(one.get(i)).replaceAll("");
            String twin = CONSTANT.matcher(other.get(i)).replaceAll("");
            List<String> found = KEY.matcher(line).results().map(MatchResult::group).toList();
            List<String> foundThere = KEY.matcher(twin).results().map(MatchResult::group).toList();
            if (found.size() != foundThere.size()
                    || !KEY.matcher(line).replaceAll("").equals(KEY.matcher(twin).replaceAll(""))) {
                return false;
            }
            for (int k = 0; k < found.size(); k++) {
                String key = keys.computeIfAbsent(found.get(k), any -> "");
                if (key.isEmpty() && !keysOfTheOther.containsKey(foundThere.get(k))) {
                    keys.put(found.get(k), foundThere.get(k));
                    keysOfTheOther.put(foundThere.get(k), found.get(k));
                } else if (!key.equals(foundThere.get(k))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream().map(line -> PLACES.matcher(KEY.matcher(line).replaceAll("")).replaceAll("")).sorted().toList();
    }

    private record Entry(long time, byte[] bytes) {
    }

    /** @return the entries in their order of names: the order in the archive depends on threads, too */
    private static Map<String, Entry> entries(Path archive) throws IOException {
        Map<String, Entry> entries = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), new Entry(entry.getTime(), zip.readAllBytes()));
            }
        }
        return entries;
    }

    private static List<String> lines(Path folder, byte[] type) throws IOException {
        Path file = Files.write(folder.resolve("Type.class"), type);
        StringWriter text = new StringWriter();
        PrintWriter errors = new PrintWriter(System.err, true);
        if (JAVAP.run(new PrintWriter(text, true), errors, "-p", "-c", "-constants", file.toString()) != 0) {
            throw new IllegalStateException("javap failed");
        }
        return text.toString().lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
    }
}
