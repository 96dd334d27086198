import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import com.amazonaws.ClientConfiguration;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBStreams;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBStreamsClientBuilder;
import com.amazonaws.services.dynamodbv2.datamodeling.*;
import com.amazonaws.services.dynamodbv2.document.*;
import com.amazonaws.services.dynamodbv2.document.DynamoDB;
import com.amazonaws.services.dynamodbv2.document.spec.*;
import com.amazonaws.services.dynamodbv2.document.utils.ValueMap;
import com.amazonaws.services.dynamodbv2.model.*;
import com.amazonaws.services.dynamodbv2.model.Record;
import com.amazonaws.services.dynamodbv2.util.TableUtils;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** An ordinary program on the AWS SDK for Java, version 1: DynamoDBMapper, the document interface and streams. */
public final class Program {
    private static final String TABLE = "java-threads";
    private final AmazonDynamoDB client;
    private final AmazonDynamoDBStreams streams;
    private final DynamoDBMapper mapper;
    private final Table table;

    private Program() {
        EndpointConfiguration endpoint =
            new EndpointConfiguration(System.getenv("AWS_ENDPOINT_URL_DYNAMODB"), System.getenv("AWS_REGION"));
        ClientConfiguration once = new ClientConfiguration().withMaxErrorRetry(0);
        client = AmazonDynamoDBClientBuilder.standard()
            .withEndpointConfiguration(endpoint).withClientConfiguration(once).build();
        streams = AmazonDynamoDBStreamsClientBuilder.standard()
            .withEndpointConfiguration(endpoint).withClientConfiguration(once).build();
        mapper = new DynamoDBMapper(client);
        table = new DynamoDB(client).getTable(TABLE);
    }

    public static void main(String[] arguments) {
        Program program = new Program();
        program.tables();
        program.saves();
        program.versions();
        program.reads();
        program.transactions();
        program.documents();
        program.changes();
        program.ending();
        Checks.finish();
    }

    private static ForumThread thread(String forum, int number) {
        ForumThread made = new ForumThread(forum, String.format("s%03d", number));
        made.setStatus(number % 2 == 0 ? ForumThread.Status.OPEN : ForumThread.Status.CLOSED);
        made.setViews(number);
        return made;
    }

    private static AttributeValue text(String value) {
        return new AttributeValue(value);
    }

    private static AttributeValue number(int value) {
        return new AttributeValue().withN(Integer.toString(value));
    }

    private void tables() {
        Checks.check("a table as the class declares it", () -> {
            ProvisionedThroughput throughput = new ProvisionedThroughput(5L, 5L);
            CreateTableRequest request = mapper.generateCreateTableRequest(ForumThread.class)
                .withProvisionedThroughput(throughput)
                .withStreamSpecification(new StreamSpecification().withStreamEnabled(true)
                    .withStreamViewType(StreamViewType.OLD_IMAGE));
            for (GlobalSecondaryIndex index : request.getGlobalSecondaryIndexes()) {
                index.withProvisionedThroughput(throughput).withProjection(new Projection().withProjectionType("ALL"));
            }
            Checks.equal(TableUtils.createTableIfNotExists(client, request), true);
            Checks.equal(TableUtils.createTableIfNotExists(client, request), false);
            TableUtils.waitUntilActive(client, TABLE, 20_000, 200);
            TableDescription described = table.describe();
            Checks.equal(described.getLocalSecondaryIndexes().get(0).getProjection().getProjectionType(), "KEYS_ONLY");
            Checks.equal(described.getGlobalSecondaryIndexes().get(0).getIndexName(), "by-status");
            Checks.equal(described.getProvisionedThroughput().getReadCapacityUnits(), 5L);
        });
    }

    private void saves() {
        Checks.check("every type comes back as it was", () -> {
            ForumThread saved = thread("types", 1);
            saved.setSubject(null);
            saved.setChanged(new Date(1_700_000_000_123L));
            saved.setPinned(true);
            saved.setTags(new HashSet<>(Arrays.asList("a", "é")));
            saved.setReplies(Arrays.asList("one", "two"));
            saved.setAuthor(new ForumThread.Author());
            saved.getAuthor().setName("Ann");
            saved.setPhoto(ByteBuffer.wrap(new byte[] {0, -1}));
            mapper.save(saved);
            ForumThread found = mapper.load(ForumThread.class, "types", saved.getSubject());
            Checks.equal(saved.getVersion(), 1L);
            Checks.equal(
                Arrays.asList(found.getVersion(), found.getStatus(), found.getViews(), found.getChanged(), found.getPinned()),
                Arrays.asList(1L, saved.getStatus(), 1, saved.getChanged(), true));
            Checks.equal(
                Arrays.asList(found.getTags(), found.getReplies(), found.getPhoto(), found.getAuthor().getName()),
                Arrays.asList(saved.getTags(), saved.getReplies(), ByteBuffer.wrap(new byte[] {0, -1}), "Ann"));
            Checks.equal(mapper.load(ForumThread.class, "types", "none"), null);
        });
        Checks.check("saves that keep what they do not know", () -> {
            ForumThread saved = thread("behaviour", 1);
            saved.setPinned(true);
            mapper.save(saved);
            table.updateItem("forum", "behaviour", "subject", "s001", new AttributeUpdate("foreign").put("kept"));
            saved.setPinned(null);
            mapper.save(saved);
            Item item = table.getItem("forum", "behaviour", "subject", "s001");
            Checks.equal(Arrays.asList(item.get("foreign"), item.isPresent("pinned")), Arrays.asList("kept", false));
            ForumThread other = thread("behaviour", 1);
            other.setViews(9);
            other.setVersion(saved.getVersion());
            other.setStatus(null);
            mapper.save(other, DynamoDBMapperConfig.SaveBehavior.UPDATE_SKIP_NULL_ATTRIBUTES.config());
            ForumThread found = mapper.load(saved);
            Checks.equal(Arrays.asList(found.getViews(), found.getStatus()), Arrays.asList(9, ForumThread.Status.CLOSED));
            mapper.save(found, DynamoDBMapperConfig.SaveBehavior.CLOBBER.config());
            Checks.equal(table.getItem("forum", "behaviour", "subject", "s001").isPresent("foreign"), false);
        });
        Checks.check("saves with what is expected", () -> {
            mapper.save(thread("expected", 1));
            ForumThread found = mapper.load(ForumThread.class, "expected", "s001");
            DynamoDBSaveExpression few = new DynamoDBSaveExpression()
                .withExpectedEntry("views", new ExpectedAttributeValue().withComparisonOperator("LT").withAttributeValueList(number(1)))
                .withExpectedEntry("pinned", new ExpectedAttributeValue(false));
            Checks.refused(ConditionalCheckFailedException.class, () -> { mapper.save(found, few); return 0; });
            found.setVersion(null);
            Checks.refused(ConditionalCheckFailedException.class, () -> { mapper.save(found); return 0; });
            DynamoDBDeleteExpression delete = new DynamoDBDeleteExpression()
                .withConditionExpression("size(subject) > :n").withExpressionAttributeValues(Map.of(":n", number(4)));
            ForumThread again = mapper.load(ForumThread.class, "expected", "s001");
            Checks.refused(ConditionalCheckFailedException.class, () -> {
                mapper.delete(again, delete, DynamoDBMapperConfig.SaveBehavior.CLOBBER.config());
                return 0;
            });
            mapper.delete(again);
            Checks.equal(mapper.load(ForumThread.class, "expected", "s001"), null);
        });
    }

    private void versions() {
        Checks.check("of two who change an item one is told", () -> {
            mapper.save(thread("versions", 1));
            ForumThread one = mapper.load(ForumThread.class, "versions", "s001");
            ForumThread other = mapper.load(ForumThread.class, "versions", "s001");
            one.setViews(10);
            mapper.save(one);
            other.setViews(20);
            Checks.refused(ConditionalCheckFailedException.class, () -> { mapper.save(other); return 0; });
            Checks.refused(ConditionalCheckFailedException.class, () -> { mapper.delete(other); return 0; });
            Checks.equal(mapper.load(one).getVersion(), 2L);
        });
    }

    private void reads() {
        Checks.check("batches", () -> {
            List<ForumThread> all = IntStream.range(0, 120).mapToObj(n -> thread("batch", n)).collect(toList());
            Checks.equal(mapper.batchSave(all), Collections.emptyList());
            Map<String, List<Object>> found = mapper.batchLoad(all);
            Checks.equal(found.get(TABLE).stream().map(o -> ((ForumThread) o).getViews()).collect(toSet()).size(), 120);
            Checks.equal(mapper.batchDelete(all.subList(100, 120)), Collections.emptyList());
        });
        Checks.check("queries", () -> {
            DynamoDBQueryExpression<ForumThread> query = new DynamoDBQueryExpression<ForumThread>()
                .withHashKeyValues(new ForumThread("batch", null)).withLimit(7)
                .withRangeKeyCondition("subject", new Condition().withComparisonOperator("BETWEEN")
                    .withAttributeValueList(text("s010"), text("s059")));
            Checks.equal(views(mapper.query(ForumThread.class, query)), views(10, 60, 1));
            query.withFilterExpression("#v >= :n").addExpressionAttributeNamesEntry("#v", "views").addExpressionAttributeValuesEntry(":n", number(50));
            query.withRangeKeyConditions(null).withKeyConditionExpression("forum = :f AND begins_with(subject, :s)")
                .withHashKeyValues(null);
            query.addExpressionAttributeValuesEntry(":f", text("batch"));
            query.addExpressionAttributeValuesEntry(":s", text("s05"));
            Checks.equal(views(mapper.query(ForumThread.class, query)), views(50, 60, 1));
            ForumThread open = new ForumThread();
            open.setStatus(ForumThread.Status.OPEN);
            DynamoDBQueryExpression<ForumThread> index = new DynamoDBQueryExpression<ForumThread>()
                .withIndexName("by-status").withHashKeyValues(open).withConsistentRead(false).withLimit(5)
                .withQueryFilterEntry("forum", new Condition().withComparisonOperator("EQ").withAttributeValueList(text("batch")));
            Checks.equal(views(mapper.query(ForumThread.class, index)), views(0, 100, 2));
            Checks.equal(mapper.count(ForumThread.class, index), 50);
            DynamoDBQueryExpression<ForumThread> local = new DynamoDBQueryExpression<ForumThread>()
                .withIndexName("by-views").withHashKeyValues(new ForumThread("batch", null)).withScanIndexForward(false)
                .withRangeKeyCondition("views", new Condition().withComparisonOperator("LE").withAttributeValueList(number(3)));
            Checks.equal(views(mapper.query(ForumThread.class, local)), Arrays.asList(3, 2, 1, 0));
            QueryResultPage<ForumThread> page = mapper.queryPage(ForumThread.class, index.withLimit(3));
            Checks.equal(page.getLastEvaluatedKey().keySet(), Set.of("forum", "subject", "status", "views"));
        });
        Checks.check("scans", () -> {
            DynamoDBScanExpression scan = new DynamoDBScanExpression().withLimit(9)
                .withFilterConditionEntry("forum", new Condition().withComparisonOperator("IN").withAttributeValueList(text("batch")));
            Checks.equal(new TreeSet<>(views(mapper.scan(ForumThread.class, scan))), new TreeSet<>(views(0, 100, 1)));
            Checks.equal(new TreeSet<>(views(mapper.parallelScan(ForumThread.class, scan, 4))), new TreeSet<>(views(0, 100, 1)));
            scan.setScanFilter(null);
            scan.withFilterExpression("attribute_exists(picture)");
            Checks.equal(mapper.count(ForumThread.class, scan), 1);
        });
    }

    private static List<Integer> views(List<ForumThread> found) {
        return found.stream().map(ForumThread::getViews).collect(toList());
    }

    private static List<Integer> views(int from, int to, int step) {
        return IntStream.range(from, to).filter(n -> (n - from) % step == 0).boxed().collect(toList());
    }

    private void transactions() {
        Checks.check("transactions", () -> {
            ForumThread first = thread("tx", 1);
            mapper.transactionWrite(new TransactionWriteRequest().addPut(first).addPut(thread("tx", 2)));
            Checks.equal(first.getVersion(), 1L);
            first.setViews(70);
            // A put of what is there already, as its missing version says.
            TransactionWriteRequest refused = new TransactionWriteRequest().addUpdate(first).addPut(thread("tx", 2));
            List<CancellationReason> reasons = Checks.refused(TransactionCanceledException.class, () -> {
                mapper.transactionWrite(refused);
                return 0;
            }).getCancellationReasons();
            Checks.equal(reasons.stream().map(CancellationReason::getCode).collect(toList()), Arrays.asList("None", "ConditionalCheckFailed"));
            List<Object> loaded = mapper.transactionLoad(new TransactionLoadRequest()
                .addLoad(new ForumThread("tx", "s001")).addLoad(new ForumThread("tx", "s003")));
            Checks.equal(((ForumThread) loaded.get(0)).getViews(), 1);
            Checks.equal(loaded.get(1), null);
        });
    }

    private void documents() {
        Checks.check("the document interface", () -> {
            Item item = new Item().withPrimaryKey("forum", "doc", "subject", "a").withJSON("body", "{\"steps\":[1,{\"a\":null}],\"t\":true}")
                .withNumber("exact", new BigDecimal("0.12345678901234567890123456789012345678"))
                .withStringSet("words", "x", "y").withString("empty", "");
            table.putItem(item, new Expected("forum").notExist());
            Checks.equal(table.getItem("forum", "doc", "subject", "a"), item);
            Checks.refused(ConditionalCheckFailedException.class, () -> table.putItem(item, new Expected("exact").gt(1)));
            Item changed = table.updateItem(new UpdateItemSpec().withPrimaryKey("forum", "doc", "subject", "a")
                .withUpdateExpression("SET body.steps[1].a = :v REMOVE body.t DELETE words :w")
                .withValueMap(new ValueMap().withString(":v", "set").withStringSet(":w", "x"))
                .withReturnValues(ReturnValue.ALL_NEW)).getItem();
            Checks.equal(changed.getJSON("body"), "{\"steps\":[1,{\"a\":\"set\"}]}");
            Checks.equal(changed.getStringSet("words"), Set.of("y"));
            table.updateItem("forum", "doc", "subject", "a", Collections.singleton(new Expected("words").contains("y")),
                new AttributeUpdate("words").addElements("z"), new AttributeUpdate("n").addNumeric(2), new AttributeUpdate("exact").delete());
            Checks.equal(table.getItem(new GetItemSpec().withPrimaryKey("forum", "doc", "subject", "a")
                .withAttributesToGet("words", "n", "exact")), new Item().withStringSet("words", "y", "z").withInt("n", 2));
            QuerySpec query = new QuerySpec().withHashKey("forum", "batch").withRangeKeyCondition(new RangeKeyCondition("subject").ge("s090"))
                .withQueryFilters(new QueryFilter("views").lt(95)).withMaxPageSize(2).withMaxResultSize(4);
            Checks.equal(StreamSupport.stream(table.query(query).spliterator(), false).map(i -> i.getInt("views")).collect(toList()), views(90, 94, 1));
        });
        Checks.check("what is refused", () -> {
            Checks.refused(ResourceNotFoundException.class, () -> client.describeTable("missing"));
            AmazonDynamoDBException error = Checks.refused(AmazonDynamoDBException.class, () -> client.getItem(TABLE, Map.of("forum", text("a"))));
            Checks.equal(Arrays.asList(error.getErrorCode(), error.getStatusCode(), error.getErrorMessage()),
                Arrays.asList("ValidationException", 400, "The provided key element does not match the schema"));
            Checks.equal(error.getRequestId().length(), 52);
        });
    }

    private void changes() {
        Checks.check("the stream tells the changes of an item in order", () -> {
            ForumThread saved = thread("stream", 1);
            for (int views = 1; views <= 3; views++) {
                saved.setViews(views);
                mapper.save(saved);
            }
            mapper.delete(saved);
            String arn = streams.listStreams(new ListStreamsRequest().withTableName(TABLE)).getStreams().get(0).getStreamArn();
            List<String> events = new ArrayList<>();
            for (Shard shard : streams.describeStream(new DescribeStreamRequest().withStreamArn(arn)).getStreamDescription().getShards()) {
                String iterator = streams.getShardIterator(new GetShardIteratorRequest().withStreamArn(arn)
                    .withShardId(shard.getShardId()).withShardIteratorType(ShardIteratorType.TRIM_HORIZON)).getShardIterator();
                while (iterator != null) {
                    GetRecordsResult page = streams.getRecords(new GetRecordsRequest().withShardIterator(iterator));
                    if (page.getRecords().isEmpty()) break;
                    for (Record record : page.getRecords()) {
                        if (!record.getDynamodb().getKeys().get("forum").getS().equals("stream")) continue;
                        Map<String, AttributeValue> before = record.getDynamodb().getOldImage();
                        events.add(record.getEventName() + " " + (before == null ? "-" : before.get("views").getN()));
                    }
                    iterator = page.getNextShardIterator();
                }
            }
            Checks.equal(events, Arrays.asList("INSERT -", "MODIFY 1", "MODIFY 2", "REMOVE 3"));
        });
    }

    private void ending() {
        Checks.check("a table is deleted", () -> {
            Checks.equal(TableUtils.deleteTableIfExists(client, new DeleteTableRequest(TABLE)), true);
            table.waitForDelete();
        });
    }
}
