package app;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Puts an item with the SDK, which is in the function's package. */
public class Things implements RequestHandler<Things.Event, Things.Answer> {
  public static class Event {
    public String id;
    public boolean fail;
  }

  public static class Answer {
    public String name;
    public boolean left;
  }

  private final DynamoDbClient client = DynamoDbClient.builder().httpClient(UrlConnectionHttpClient.create()).build();

  @Override
  public Answer handleRequest(Event event, Context context) {
    System.out.println("working on " + event.id);
    if (event.fail) {
      throw new IllegalArgumentException("cannot do " + event.id);
    }
    client.putItem(b -> b.tableName("things").item(Map.of(
        "id", AttributeValue.fromS(event.id), "value", AttributeValue.fromS("by Java"))));
    Answer answer = new Answer();
    answer.name = context.getFunctionName();
    answer.left = context.getRemainingTimeInMillis() > 0;
    return answer;
  }

  /** Answers bytes with bytes. */
  public static class Upper implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
      out.write(new String(in.readAllBytes(), StandardCharsets.UTF_8).toUpperCase().getBytes(StandardCharsets.UTF_8));
    }
  }
}
