import java.io.StringWriter;
import java.nio.file.*;
import java.util.*;
import net.minidev.json.JSONStyle;
import net.minidev.json.parser.JSONParser;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;

/**
 * Renders every case with Apache Velocity and writes what came out.
 *
 * Usage: Render CONTEXT CASES GOLDEN [property=value ...]
 *
 * Each case gets an engine and a context of its own, so that neither macros nor
 * changed lists travel from one to the next.
 */
public class Render {
    public static void main(String[] args) throws Exception {
        String context = read(Paths.get(args[0]));
        Path golden = Paths.get(args[2]);
        Files.createDirectories(golden);
        Properties properties = new Properties();
        for (String arg : Arrays.asList(args).subList(3, args.length)) {
            String[] pair = arg.split("=", 2);
            properties.setProperty(pair[0], pair[1]);
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> dir = Files.newDirectoryStream(Paths.get(args[1]), "*.vtl")) {
            dir.forEach(files::add);
        }
        Collections.sort(files);
        int cases = 0;
        for (Path file : files) {
            StringBuilder out = new StringBuilder();
            for (String[] c : split(read(file))) {
                out.append(render(c[0], c[1], context, properties));
                cases++;
            }
            String name = file.getFileName().toString().replace(".vtl", ".txt");
            Files.write(golden.resolve(name), out.toString().getBytes("UTF-8"));
        }
        System.out.println(cases + " cases written to " + golden);
    }

    static String read(Path p) throws Exception {
        return new String(Files.readAllBytes(p), "UTF-8");
    }

    /** A case is a line "=== name" and the lines up to the next, without their last line end. */
    static List<String[]> split(String text) {
        List<String[]> cases = new ArrayList<>();
        for (String part : ("\n" + text).split("\n=== ")) {
            if (part.isEmpty()) continue;
            int nl = part.indexOf('\n');
            String body = part.substring(nl + 1);
            cases.add(new String[] {part.substring(0, nl), body});
        }
        String[] last = cases.get(cases.size() - 1);
        last[1] = last[1].substring(0, last[1].length() - 1);
        return cases;
    }

    static String render(String name, String template, String context, Properties properties) throws Exception {
        VelocityEngine engine = new VelocityEngine();
        engine.init(properties);
        VelocityContext variables = new VelocityContext();
        Map<?, ?> values = (Map<?, ?>) new JSONParser(JSONParser.MODE_PERMISSIVE)
            .parse(context, net.minidev.json.JSONValue.defaultReader.DEFAULT_ORDERED);
        for (Map.Entry<?, ?> e : values.entrySet()) {
            variables.put((String) e.getKey(), e.getValue());
        }
        StringWriter out = new StringWriter();
        String status = "";
        try {
            engine.evaluate(variables, out, "template", template);
        } catch (Throwable t) {
            status = " [error]";
            if (System.getenv("WHY") != null) System.err.println(name + ": " + t.toString().split("\n")[0]);
        }
        return "=== " + name + status + "\n" + out + "\n";
    }
}
