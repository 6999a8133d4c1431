// DynamoDB's story, told by the AWS SDK for Java v2: its DynamoDB Enhanced
// client with beans, and the plain client where that has nothing of its own.

import static software.amazon.awssdk.enhanced.dynamodb.model.QueryConditional.keyEqualTo;
import static software.amazon.awssdk.enhanced.dynamodb.model.QueryConditional.sortBetween;
import static software.amazon.awssdk.enhanced.dynamodb.model.QueryConditional.sortGreaterThan;
import static software.amazon.awssdk.enhanced.dynamodb.model.QueryConditional.sortLessThan;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbEnhancedClient;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbTable;
import software.amazon.awssdk.enhanced.dynamodb.Expression;
import software.amazon.awssdk.enhanced.dynamodb.Key;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.enhanced.dynamodb.extensions.annotations.DynamoDbVersionAttribute;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbBean;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbPartitionKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSecondaryPartitionKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSecondarySortKey;
import software.amazon.awssdk.enhanced.dynamodb.mapper.annotations.DynamoDbSortKey;
import software.amazon.awssdk.enhanced.dynamodb.model.BatchGetItemEnhancedRequest;
import software.amazon.awssdk.enhanced.dynamodb.model.BatchWriteItemEnhancedRequest;
import software.amazon.awssdk.enhanced.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.enhanced.dynamodb.model.EnhancedGlobalSecondaryIndex;
import software.amazon.awssdk.enhanced.dynamodb.model.Page;
import software.amazon.awssdk.enhanced.dynamodb.model.ReadBatch;
import software.amazon.awssdk.enhanced.dynamodb.model.TransactGetItemsEnhancedRequest;
import software.amazon.awssdk.enhanced.dynamodb.model.TransactUpdateItemEnhancedRequest;
import software.amazon.awssdk.enhanced.dynamodb.model.TransactWriteItemsEnhancedRequest;
import software.amazon.awssdk.enhanced.dynamodb.model.WriteBatch;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BackupStatus;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DuplicateItemException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.IdempotentParameterMismatchException;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.Select;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

public class Story {
  interface Chapter {
    void tell();
  }

  final DynamoDbClient client = DynamoDbClient.builder().httpClient(UrlConnectionHttpClient.create()).build();
  final DynamoDbStreamsClient streams = DynamoDbStreamsClient.builder().httpClient(UrlConnectionHttpClient.create()).build();
  final DynamoDbEnhancedClient enhanced = DynamoDbEnhancedClient.builder().dynamoDbClient(client).build();

  public static void main(String[] args) {
    Story story = new Story();
    Map<String, Chapter> chapters = new LinkedHashMap<>();
    chapters.put("tables", story::tables);
    chapters.put("items", story::items);
    chapters.put("conditions", story::conditions);
    chapters.put("paging", story::paging);
    chapters.put("batch", story::batch);
    chapters.put("transactions", story::transactions);
    chapters.put("indexes", story::indexes);
    chapters.put("stream", story::stream);
    chapters.put("ttl", story::ttl);
    chapters.put("partiql", story::partiql);
    chapters.put("backups", story::backups);
    boolean failed = false;
    for (String name : System.getenv("STORY_CHAPTERS").split(",")) {
      try {
        chapters.get(name).tell();
        System.out.println("ok " + name);
      } catch (Throwable e) {
        failed = true;
        System.out.println("in " + name);
        e.printStackTrace(System.out);
      }
    }
    System.exit(failed ? 1 : 0);
  }

  // Order is a bean with values of many types.
  @DynamoDbBean
  public static class Order {
    private String pk;
    private Integer sk;
    private String color;
    private Integer n;
    private String pad;
    private BigDecimal price;
    private Boolean paid;
    private byte[] raw;
    private List<String> lines;
    private Map<String, Integer> stock;
    private Set<String> words;
    private Set<BigDecimal> numbers;
    private Instant at;
    private Address address;

    public Order() {}

    static Order of(String pk, int sk) {
      Order o = new Order();
      o.pk = pk;
      o.sk = sk;
      return o;
    }

    @DynamoDbPartitionKey public String getPk() { return pk; }
    public void setPk(String v) { pk = v; }
    @DynamoDbSortKey @DynamoDbSecondarySortKey(indexNames = "by-color") public Integer getSk() { return sk; }
    public void setSk(Integer v) { sk = v; }
    @DynamoDbSecondaryPartitionKey(indexNames = "by-color") public String getColor() { return color; }
    public void setColor(String v) { color = v; }
    public Integer getN() { return n; }
    public void setN(Integer v) { n = v; }
    public String getPad() { return pad; }
    public void setPad(String v) { pad = v; }
    public BigDecimal getPrice() { return price; }
    public void setPrice(BigDecimal v) { price = v; }
    public Boolean getPaid() { return paid; }
    public void setPaid(Boolean v) { paid = v; }
    public byte[] getRaw() { return raw; }
    public void setRaw(byte[] v) { raw = v; }
    public List<String> getLines() { return lines; }
    public void setLines(List<String> v) { lines = v; }
    public Map<String, Integer> getStock() { return stock; }
    public void setStock(Map<String, Integer> v) { stock = v; }
    public Set<String> getWords() { return words; }
    public void setWords(Set<String> v) { words = v; }
    public Set<BigDecimal> getNumbers() { return numbers; }
    public void setNumbers(Set<BigDecimal> v) { numbers = v; }
    public Instant getAt() { return at; }
    public void setAt(Instant v) { at = v; }
    public Address getAddress() { return address; }
    public void setAddress(Address v) { address = v; }
  }

  @DynamoDbBean
  public static class Address {
    private String street;
    private Integer number;

    public String getStreet() { return street; }
    public void setStreet(String v) { street = v; }
    public Integer getNumber() { return number; }
    public void setNumber(Integer v) { number = v; }
  }

  // Versioned is a bean whose writes are conditional on its version.
  @DynamoDbBean
  public static class Versioned {
    private String pk;
    private String text;
    private Long version;

    @DynamoDbPartitionKey public String getPk() { return pk; }
    public void setPk(String v) { pk = v; }
    public String getText() { return text; }
    public void setText(String v) { text = v; }
    @DynamoDbVersionAttribute public Long getVersion() { return version; }
    public void setVersion(Long v) { version = v; }
  }

  DynamoDbTable<Order> orders(String name) {
    DynamoDbTable<Order> table = enhanced.table(name, TableSchema.fromBean(Order.class));
    table.createTable(r -> r.globalSecondaryIndices(EnhancedGlobalSecondaryIndex.builder().indexName("by-color").projection(p -> p.projectionType(ProjectionType.ALL)).build()));
    client.waiter().waitUntilTableExists(r -> r.tableName(name));
    return table;
  }

  // plain makes a table with pk and sk, by the plain client.
  void plain(String name, StreamViewType stream) {
    client.createTable(r -> {
      r.tableName(name).billingMode("PAY_PER_REQUEST")
          .attributeDefinitions(d -> d.attributeName("pk").attributeType(ScalarAttributeType.S), d -> d.attributeName("sk").attributeType(ScalarAttributeType.N))
          .keySchema(k -> k.attributeName("pk").keyType(KeyType.HASH), k -> k.attributeName("sk").keyType(KeyType.RANGE));
      if (stream != null) {
        r.streamSpecification(s -> s.streamEnabled(true).streamViewType(stream));
      }
    });
    client.waiter().waitUntilTableExists(r -> r.tableName(name));
  }

  static AttributeValue s(String v) { return AttributeValue.fromS(v); }

  static AttributeValue n(long v) { return AttributeValue.fromN(Long.toString(v)); }

  static Map<String, AttributeValue> key(int sk) { return Map.of("pk", s("a"), "sk", n(sk)); }

  static Key keyOf(String pk, int sk) { return Key.builder().partitionValue(pk).sortValue(sk).build(); }

  static Expression expression(String text, Map<String, AttributeValue> values) { return Expression.builder().expression(text).expressionValues(values).build(); }

  static void same(Object got, Object want) {
    if (!Objects.equals(got, want)) {
      throw new AssertionError("got " + got + ", want " + want);
    }
  }

  static <E extends DynamoDbException> E refused(Class<E> kind, Runnable call) {
    try {
      call.run();
    } catch (DynamoDbException e) {
      if (kind.isInstance(e)) {
        return kind.cast(e);
      }
      throw e;
    }
    throw new AssertionError("not refused with " + kind);
  }

  static void eventually(String what, BooleanSupplier check) {
    for (Instant deadline = Instant.now().plus(Duration.ofMinutes(1)); Instant.now().isBefore(deadline);) {
      if (check.getAsBoolean()) {
        return;
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    throw new AssertionError(what + " did not happen in a minute");
  }

  void tables() {
    DynamoDbTable<Order> table = orders("music");
    var described = table.describeTable().table();
    same(described.tableStatus(), TableStatus.ACTIVE);
    same(described.globalSecondaryIndexes().get(0).indexStatus(), IndexStatus.ACTIVE);
    same(described.tableArn(), "arn:aws:dynamodb:us-east-1:" + System.getenv("STORY_ACCOUNT") + ":table/music");
    same(refused(ResourceInUseException.class, table::createTable).awsErrorDetails().errorMessage(), "Table already exists: music");
    for (String name : List.of("list-a", "list-b", "list-c")) {
      plain(name, null);
    }
    List<List<String>> pages = client.listTablesPaginator(r -> r.limit(3)).stream().map(p -> p.tableNames()).collect(Collectors.toList());
    same(pages, List.of(List.of("list-a", "list-b", "list-c"), List.of("music")));
    client.tagResource(r -> r.resourceArn(described.tableArn()).tags(t -> t.key("team").value("b")));
    same(client.listTagsOfResource(r -> r.resourceArn(described.tableArn())).tags().get(0).value(), "b");
    table.deleteTable();
    client.waiter().waitUntilTableNotExists(r -> r.tableName("music"));
    refused(ResourceNotFoundException.class, table::describeTable);
  }

  void items() {
    DynamoDbTable<Order> table = orders("items");
    Order o = Order.of("a", 1);
    o.setN(5);
    o.setPrice(new BigDecimal("1234567890123456789012345678901234567.8"));
    o.setPaid(true);
    o.setRaw(new byte[] {0, -1});
    o.setLines(List.of("one", ""));
    o.setStock(Map.of("x", 1));
    o.setWords(Set.of("a", "b"));
    o.setNumbers(Set.of(new BigDecimal("1"), new BigDecimal("2.5")));
    o.setAt(Instant.parse("2026-01-02T03:04:05.678Z"));
    Address address = new Address();
    address.setStreet("Main");
    address.setNumber(7);
    o.setAddress(address);
    table.putItem(o);
    Order got = table.getItem(r -> r.key(keyOf("a", 1)).consistentRead(true));
    same(Arrays.asList(got.getN(), got.getPrice(), got.getPaid(), got.getLines(), got.getStock(), got.getWords(), got.getNumbers(), got.getAt(), got.getAddress().getNumber(), got.getColor()),
        Arrays.asList(5, o.getPrice(), true, o.getLines(), o.getStock(), o.getWords(), o.getNumbers(), o.getAt(), 7, null));
    same(Arrays.toString(got.getRaw()), "[0, -1]");

    Order change = Order.of("a", 1);
    change.setN(6);
    Order updated = table.updateItem(r -> r.item(change).ignoreNulls(true));
    same(List.of(updated.getN(), updated.getPaid()), List.of(6, true));
    same(table.updateItem(change).getPaid(), null);

    var answer = client.updateItem(r -> r.tableName("items").key(key(1)).returnValues(ReturnValue.UPDATED_NEW)
        .updateExpression("SET #l = list_append(if_not_exists(#l, :none), :two) ADD hits :one, words :w REMOVE color").expressionAttributeNames(Map.of("#l", "list"))
        .expressionAttributeValues(Map.of(":none", AttributeValue.fromL(List.of()), ":two", AttributeValue.fromL(List.of(n(1), s("x"))), ":one", n(1), ":w", AttributeValue.fromSs(List.of("a")))));
    same(answer.attributes(), Map.of("list", AttributeValue.fromL(List.of(n(1), s("x"))), "hits", n(1), "words", AttributeValue.fromSs(List.of("a"))));
    same(table.deleteItem(keyOf("a", 1)).getN(), 6);
    same(table.getItem(keyOf("a", 1)), null);
    client.putItem(r -> r.tableName("items").item(Map.of("pk", s("a"), "sk", n(2), "none", AttributeValue.fromNul(true), "b", AttributeValue.fromB(SdkBytes.fromUtf8String("")))));
    same(client.getItem(r -> r.tableName("items").key(key(2))).item().get("none").nul(), true);
    same(refused(DynamoDbException.class, () -> client.putItem(r -> r.tableName("items").item(Map.of("pk", s("a"))))).awsErrorDetails().errorMessage(),
        "One or more parameter values were invalid: Missing the key sk in the item");
  }

  void conditions() {
    DynamoDbTable<Order> table = orders("conditions");
    Order o = Order.of("a", 1);
    o.setN(5);
    o.setColor("red");
    Expression fresh = Expression.builder().expression("attribute_not_exists(pk)").build();
    table.putItem(r -> r.item(o).conditionExpression(fresh));
    ConditionalCheckFailedException taken = refused(ConditionalCheckFailedException.class, () -> table.putItemWithResponse(r -> r.item(o).conditionExpression(fresh)
        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)));
    same(taken.awsErrorDetails().errorMessage(), "The conditional request failed");
    same(taken.item().get("n"), n(5));
    table.updateItem(r -> r.item(o).conditionExpression(expression("n BETWEEN :a AND :b AND begins_with(color, :r) AND size(color) = :three",
        Map.of(":a", n(4), ":b", n(5), ":r", s("re"), ":three", n(3)))));
    refused(ConditionalCheckFailedException.class, () -> table.deleteItem(r -> r.key(keyOf("a", 1)).conditionExpression(expression("n IN (:a, :b)", Map.of(":a", n(1), ":b", n(2))))));

    DynamoDbTable<Versioned> versions = enhanced.table("versions", TableSchema.fromBean(Versioned.class));
    versions.createTable();
    client.waiter().waitUntilTableExists(r -> r.tableName("versions"));
    Versioned first = new Versioned();
    first.setPk("a");
    first.setText("one");
    versions.putItem(first);
    Versioned mine = versions.getItem(first), yours = versions.getItem(first);
    mine.setText("mine");
    long before = mine.getVersion();
    same(versions.updateItem(mine).getVersion(), before + 1);
    yours.setText("yours");
    refused(ConditionalCheckFailedException.class, () -> versions.updateItem(yours));
    same(versions.getItem(first).getText(), "mine");
  }

  void paging() {
    DynamoDbTable<Order> table = orders("paging");
    for (int sk = 0; sk < 40; sk++) {
      Order o = Order.of("a", sk);
      o.setPad("x".repeat(30000));
      o.setColor(sk % 4 == 0 ? "red" : null);
      table.putItem(o);
    }
    Key a = Key.builder().partitionValue("a").build();
    List<Page<Order>> pages = table.query(keyEqualTo(a)).stream().collect(Collectors.toList()); // 40 × 30 KB are more than a page of 1 MB
    same(pages.size(), 2);
    same(pages.get(0).lastEvaluatedKey(), Map.of("pk", s("a"), "sk", n(pages.get(0).items().size() - 1)));
    same(sks(pages.stream().flatMap(p -> p.items().stream()).collect(Collectors.toList())), range(0, 40, 1));
    same(sks(table.query(r -> r.queryConditional(sortBetween(keyOf("a", 10), keyOf("a", 20))).scanIndexForward(false).limit(3)).stream().findFirst().get().items()), List.of(20, 19, 18));
    var filtered = table.query(r -> r.queryConditional(sortLessThan(keyOf("a", 20))).filterExpression(expression("color = :r", Map.of(":r", s("red")))).attributesToProject("sk")).stream().findFirst().get();
    same(sks(filtered.items()), range(0, 20, 4));
    same(List.of(filtered.count(), filtered.scannedCount()), List.of(5, 20));
    var reds = table.index("by-color").query(r -> r.queryConditional(sortGreaterThan(Key.builder().partitionValue("red").sortValue(4).build())).limit(3)).stream().collect(Collectors.toList());
    same(reds.get(0).items().size(), 3);
    same(sks(reds.stream().flatMap(p -> p.items().stream()).collect(Collectors.toList())), range(8, 40, 4));
    same(sks(table.scan(r -> r.attributesToProject("sk")).items().stream().collect(Collectors.toList())), range(0, 40, 1));
    var counted = client.query(r -> r.tableName("paging").keyConditionExpression("pk = :a AND sk >= :x").expressionAttributeValues(Map.of(":a", s("a"), ":x", n(35)))
        .select(Select.COUNT).returnConsumedCapacity(ReturnConsumedCapacity.TOTAL));
    same(List.of(counted.count(), counted.consumedCapacity().capacityUnits()), List.of(5, 18.5));
  }

  static List<Integer> sks(List<Order> orders) { return orders.stream().map(Order::getSk).collect(Collectors.toList()); }

  static List<Integer> range(int from, int to, int step) { return IntStream.range(from, to).filter(i -> (i - from) % step == 0).boxed().collect(Collectors.toList()); }

  void batch() {
    DynamoDbTable<Order> table = orders("batch");
    WriteBatch.Builder<Order> puts = WriteBatch.builder(Order.class).mappedTableResource(table);
    ReadBatch.Builder<Order> gets = ReadBatch.builder(Order.class).mappedTableResource(table);
    for (int sk = 0; sk < 25; sk++) {
      puts.addPutItem(Order.of("a", sk));
      gets.addGetItem(keyOf("a", sk));
    }
    var answer = enhanced.batchWriteItem(BatchWriteItemEnhancedRequest.builder().writeBatches(puts.build()).build());
    same(answer.unprocessedPutItemsForTable(table), List.of());
    enhanced.batchWriteItem(r -> r.writeBatches(WriteBatch.builder(Order.class).mappedTableResource(table).addDeleteItem(keyOf("a", 24)).build()));
    var pages = enhanced.batchGetItem(BatchGetItemEnhancedRequest.builder().readBatches(gets.build()).build());
    same(pages.resultsForTable(table).stream().map(Order::getSk).sorted().collect(Collectors.toList()), range(0, 24, 1));
  }

  void transactions() {
    DynamoDbTable<Order> table = orders("transactions"), other = orders("other");
    Order one = Order.of("a", 1), two = Order.of("a", 2);
    one.setN(1);
    two.setN(2);
    Expression absent = Expression.builder().expression("attribute_not_exists(pk)").build();
    enhanced.transactWriteItems(TransactWriteItemsEnhancedRequest.builder().addPutItem(table, one).addPutItem(other, one).addUpdateItem(table, two)
        .addConditionCheck(other, ConditionCheck.builder().key(keyOf("a", 2)).conditionExpression(absent).build()).build());
    Order seven = Order.of("a", 1);
    seven.setN(7);
    TransactionCanceledException canceled = refused(TransactionCanceledException.class, () -> enhanced.transactWriteItems(TransactWriteItemsEnhancedRequest.builder()
        .addDeleteItem(other, keyOf("a", 1))
        .addUpdateItem(table, TransactUpdateItemEnhancedRequest.builder(Order.class).item(seven).conditionExpression(expression("n = :n", Map.of(":n", n(7))))
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD).build())
        .addPutItem(table, Order.of("a", 3)).build()));
    same(canceled.cancellationReasons().stream().map(r -> r.code()).collect(Collectors.toList()), List.of("None", "ConditionalCheckFailed", "None"));
    same(canceled.cancellationReasons().get(1).item().get("n"), n(1));
    same(canceled.awsErrorDetails().errorMessage(), "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]");
    var got = enhanced.transactGetItems(TransactGetItemsEnhancedRequest.builder().addGetItem(table, keyOf("a", 2)).addGetItem(other, keyOf("a", 1)).addGetItem(table, keyOf("a", 3)).build());
    same(Arrays.asList(got.get(0).getItem(table).getN(), got.get(1).getItem(other).getN(), got.get(2).getItem(table)), Arrays.asList(2, 1, null));

    for (int i = 0; i < 3; i++) { // the token makes them one
      client.transactWriteItems(r -> r.clientRequestToken("only-once").transactItems(w -> w.update(u -> u.tableName("transactions").key(key(1)).updateExpression("ADD n :one").expressionAttributeValues(Map.of(":one", n(1))))));
    }
    same(table.getItem(keyOf("a", 1)).getN(), 2);
    refused(IdempotentParameterMismatchException.class, () -> client.transactWriteItems(r -> r.clientRequestToken("only-once").transactItems(w -> w.delete(d -> d.tableName("other").key(key(1))))));
  }

  void indexes() {
    plain("indexes", null);
    for (int sk = 0; sk < 20; sk++) {
      int at = sk;
      client.putItem(r -> r.tableName("indexes").item(Map.of("pk", s("a"), "sk", n(at), "group", s(at % 2 == 0 ? "even" : "odd"))));
    }
    var answer = client.updateTable(r -> r.tableName("indexes")
        .attributeDefinitions(d -> d.attributeName("pk").attributeType("S"), d -> d.attributeName("sk").attributeType("N"), d -> d.attributeName("group").attributeType("S"))
        .globalSecondaryIndexUpdates(u -> u.create(c -> c.indexName("by-group").projection(p -> p.projectionType("ALL"))
            .keySchema(k -> k.attributeName("group").keyType("HASH"), k -> k.attributeName("sk").keyType("RANGE")))));
    same(answer.tableDescription().globalSecondaryIndexes().get(0).indexStatus(), IndexStatus.CREATING);
    eventually("the index", () -> client.describeTable(r -> r.tableName("indexes")).table().globalSecondaryIndexes().get(0).indexStatus() == IndexStatus.ACTIVE);
    var odd = client.queryPaginator(r -> r.tableName("indexes").indexName("by-group").limit(3).keyConditionExpression("#g = :g AND sk > :n")
        .expressionAttributeNames(Map.of("#g", "group")).expressionAttributeValues(Map.of(":g", s("odd"), ":n", n(10))));
    same(odd.items().stream().map(i -> i.get("sk").n()).collect(Collectors.toList()), List.of("11", "13", "15", "17", "19"));
  }

  // records reads a stream from its beginning.
  List<Record> records(String table) {
    String arn = streams.listStreams(r -> r.tableName(table)).streams().get(0).streamArn();
    List<Record> found = new ArrayList<>();
    for (var shard : streams.describeStream(r -> r.streamArn(arn)).streamDescription().shards()) {
      String iterator = streams.getShardIterator(r -> r.streamArn(arn).shardId(shard.shardId()).shardIteratorType(ShardIteratorType.TRIM_HORIZON)).shardIterator();
      while (iterator != null) {
        String at = iterator;
        var page = streams.getRecords(r -> r.shardIterator(at));
        found.addAll(page.records());
        iterator = page.records().isEmpty() ? null : page.nextShardIterator();
      }
    }
    return found;
  }

  void stream() {
    plain("stream", StreamViewType.NEW_AND_OLD_IMAGES);
    client.putItem(r -> r.tableName("stream").item(Map.of("pk", s("a"), "sk", n(1), "n", n(1))));
    client.updateItem(r -> r.tableName("stream").key(key(1)).updateExpression("SET n = :n").expressionAttributeValues(Map.of(":n", n(2))));
    client.deleteItem(r -> r.tableName("stream").key(key(1)));
    List<Record> found = records("stream");
    same(found.stream().map(Record::eventName).collect(Collectors.toList()), List.of(OperationType.INSERT, OperationType.MODIFY, OperationType.REMOVE));
    same(found.get(1).dynamodb().oldImage().get("n"), n(1));
    same(found.get(1).dynamodb().newImage(), Map.of("pk", s("a"), "sk", n(1), "n", n(2)));
    same(found.get(2).dynamodb().keys(), key(1));
    same(found.get(2).dynamodb().hasNewImage(), false);
  }

  void ttl() {
    plain("ttl", StreamViewType.KEYS_ONLY);
    client.updateTimeToLive(r -> r.tableName("ttl").timeToLiveSpecification(t -> t.enabled(true).attributeName("expires")));
    eventually("TTL", () -> client.describeTimeToLive(r -> r.tableName("ttl")).timeToLiveDescription().timeToLiveStatus() == TimeToLiveStatus.ENABLED);
    client.putItem(r -> r.tableName("ttl").item(Map.of("pk", s("a"), "sk", n(1), "expires", n(Instant.now().getEpochSecond() - 10))));
    eventually("the deletion", () -> !client.getItem(r -> r.tableName("ttl").key(key(1))).hasItem());
    List<Record> found = records("ttl");
    same(found.get(found.size() - 1).userIdentity().principalId(), "dynamodb.amazonaws.com");
  }

  void partiql() {
    plain("partiql", null);
    client.executeStatement(r -> r.statement("INSERT INTO partiql VALUE {'pk': 'a', 'sk': ?, 'n': 20}").parameters(n(1)));
    refused(DuplicateItemException.class, () -> client.executeStatement(r -> r.statement("INSERT INTO partiql VALUE {'pk': 'a', 'sk': 1}")));
    client.executeStatement(r -> r.statement("UPDATE partiql SET n = n + 1 WHERE pk = 'a' AND sk = 1"));
    same(client.executeStatement(r -> r.statement("SELECT n FROM partiql WHERE pk = 'a' AND sk = 1")).items(), List.of(Map.of("n", n(21))));
    var both = client.batchExecuteStatement(r -> r.statements(q -> q.statement("SELECT n FROM partiql WHERE pk = 'a' AND sk = 1"), q -> q.statement("SELECT n FROM partiql WHERE pk = 'a' AND sk = 2")));
    same(both.responses().stream().map(r -> r.hasItem()).collect(Collectors.toList()), List.of(true, false));
    client.executeTransaction(r -> r.transactStatements(q -> q.statement("DELETE FROM partiql WHERE pk = 'a' AND sk = 1"), q -> q.statement("INSERT INTO partiql VALUE {'pk': 'a', 'sk': 2}")));
    same(client.scan(r -> r.tableName("partiql")).items(), List.of(key(2)));
  }

  void backups() {
    DynamoDbTable<Order> table = orders("backups");
    Order o = Order.of("a", 1);
    o.setColor("red");
    table.putItem(o);
    String arn = client.createBackup(r -> r.tableName("backups").backupName("first")).backupDetails().backupArn();
    eventually("the backup", () -> client.describeBackup(r -> r.backupArn(arn)).backupDescription().backupDetails().backupStatus() == BackupStatus.AVAILABLE);
    table.deleteItem(o);
    client.restoreTableFromBackup(r -> r.targetTableName("restored").backupArn(arn));
    eventually("the table", () -> client.describeTable(r -> r.tableName("restored")).table().tableStatus() == TableStatus.ACTIVE);
    same(enhanced.table("restored", TableSchema.fromBean(Order.class)).index("by-color").query(keyEqualTo(Key.builder().partitionValue("red").build())).stream().findFirst().get().items().size(), 1);
    client.deleteBackup(r -> r.backupArn(arn));
  }
}
