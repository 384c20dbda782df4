package dev.leantokens.skill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;

/** Checks a folder by the rules of <a href="https://agentskills.io/specification">Agent Skills</a>. */
final class SkillFormat {

    private static final String INSTRUCTIONS = "SKILL.md";
    private static final Set<String> FIELDS = Set.of("name", "description", "license", "compatibility", "metadata",
            "allowed-tools");
    private static final Pattern FRONT_MATTER = Pattern.compile("---\n(.*?\n)---\n.*", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final Pattern LINK = Pattern.compile("]\\(([^)]*)\\)");

    /** A path of the machine on which the skill was written; paths in URLs follow a letter, a digit or a variable. */
    private static final Pattern ABSOLUTE_PATH = Pattern
            .compile("(?<![\\w.:/<>}])/(home|root|tmp|usr|etc|var|opt|Users|work)/");

    private final Path folder;
    private final List<String> problems = new ArrayList<>();

    private SkillFormat(Path folder) {
        this.folder = folder;
    }

    /** @return what is wrong with the folder; empty if nothing is */
    static List<String> problems(Path folder) {
        SkillFormat format = new SkillFormat(folder);
        if (Files.isRegularFile(folder.resolve(INSTRUCTIONS))) {
            format.check(format.read(INSTRUCTIONS));
        } else {
            format.problems.add("SKILL.md is missing");
        }
        return format.problems;
    }

    /** @return the paths of all files in the folder, with slashes */
    static Set<String> paths(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            Set<String> paths = new TreeSet<>();
            files.filter(Files::isRegularFile)
                    .forEach(file -> paths.add(folder.relativize(file).toString().replace('\\', '/')));
            return paths;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check(String text) {
        Matcher parts = FRONT_MATTER.matcher(text);
        if (parts.matches()) {
            checkFrontMatter(parts.group(1));
        } else {
            problems.add("the front matter is missing");
        }
        require(text.lines().count() < 500, "SKILL.md has 500 lines or more");
        Set<String> linked = new TreeSet<>(Set.of(INSTRUCTIONS));
        LINK.matcher(text).results().forEach(link -> linked.add(link.group(1)));
        for (String path : paths(folder)) {
            require(linked.contains(path), path + " is not linked from SKILL.md");
            checkFile(path, read(path));
        }
    }

    private void checkFrontMatter(String yaml) {
        Map<String, Object> fields;
        try {
            fields = new Yaml().load(yaml);
        } catch (YAMLException e) {
            problems.add("the front matter is not YAML");
            return;
        }
        fields.keySet().stream().filter(field -> !FIELDS.contains(field))
                .forEach(field -> problems.add("the field " + field + " is unknown"));
        checkText(fields, "name", 64);
        checkText(fields, "description", 1024);
        if (fields.get("name") instanceof String name) {
            require(NAME.matcher(name).matches(), "the name has other characters than lower-case letters, digits and single -");
            require(folder.getFileName().toString().equals(name), "the name is not that of the folder");
        }
        for (String optional : List.of("license", "compatibility", "allowed-tools")) {
            if (fields.containsKey(optional)) {
                checkText(fields, optional, 500);
            }
        }
        if (fields.containsKey("metadata")) {
            require(fields.get("metadata") instanceof Map<?, ?> metadata && metadata.entrySet().stream()
                    .allMatch(entry -> entry.getKey() instanceof String && entry.getValue() instanceof String),
                    "metadata are not strings");
        }
    }

    private void checkText(Map<String, Object> fields, String field, int limit) {
        require(fields.get(field) instanceof String text && !text.isBlank(), field + " is not a text");
        require(!(fields.get(field) instanceof String text && text.length() > limit), field + " is too long");
    }

    /** Paths are relative to the skill's folder, from which an agent resolves them. */
    private void checkFile(String path, String text) {
        require(path.chars().filter(c -> c == '/').count() <= 1, path + " is more than one level deep");
        require(!ABSOLUTE_PATH.matcher(text).find(), path + " has an absolute path");
        if (path.endsWith(".md")) {
            LINK.matcher(text).results().map(link -> link.group(1)).filter(target -> !target.startsWith("https://"))
                    .forEach(target -> require(Files.isRegularFile(folder.resolve(target)) && !target.startsWith("/")
                            && !target.contains(".."), path + " links " + target + ", which is no file of the skill"));
        }
    }

    private void require(boolean met, String problem) {
        if (!met) {
            problems.add(problem);
        }
    }

    private String read(String path) {
        try {
            return Files.readString(folder.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
