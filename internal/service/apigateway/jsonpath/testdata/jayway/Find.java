import com.jayway.jsonpath.*;
import com.jayway.jsonpath.spi.json.JsonProvider;
import java.nio.file.*;
import java.util.*;

/** Evaluates every path with Jayway JsonPath. Usage: Find DOCUMENTS PATHS GOLDEN */
public class Find {
    public static void main(String[] args) throws Exception {
        JsonProvider json = Configuration.defaultConfiguration().jsonProvider();
        Map<?, ?> documents = (Map<?, ?>) json.parse(new String(Files.readAllBytes(Paths.get(args[0])), "UTF-8"));
        StringBuilder out = new StringBuilder();
        for (String line : Files.readAllLines(Paths.get(args[1]))) {
            String[] part = line.split("\t", 2);
            String found;
            try {
                Object value = JsonPath.read(documents.get(part[0]), part[1]);
                found = net.minidev.json.JSONValue.toJSONString(value, net.minidev.json.JSONStyle.LT_COMPRESS);
            } catch (PathNotFoundException e) {
                found = "not found";
            } catch (Exception e) {
                found = "error";
            }
            out.append(line).append('\t').append(found).append('\n');
        }
        Files.write(Paths.get(args[2]), out.toString().getBytes("UTF-8"));
    }
}
