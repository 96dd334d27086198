// An ordinary program on the AWS SDK for Go, version 2: typed errors, waiters, paginators, the expression builder, streams.
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

var (
	always = context.Background()
	table  = aws.String("go-visits")
	client *dynamodb.Client
)

type place struct {
	City string
	At   []float64 `dynamodbav:",omitempty"`
}

// visit is an item as an application declares it.
type visit struct {
	User    string
	N       int
	Kind    string
	Score   float64
	Note    *string           `dynamodbav:",omitempty"`
	Photo   []byte            `dynamodbav:",omitempty"`
	Tags    []string          `dynamodbav:",stringset,omitempty"`
	Marks   []int             `dynamodbav:",numberset,omitempty"`
	Place   *place            `dynamodbav:",omitempty"`
	Extra   map[string]string `dynamodbav:",omitempty"`
	When    time.Time
	Expires attributevalue.UnixTime `dynamodbav:",omitempty"`
}

func (v visit) item() map[string]types.AttributeValue { return must(attributevalue.MarshalMap(v)) }

func made(user string, n int) visit {
	return visit{User: user, N: n, Kind: []string{"even", "odd"}[n%2], Score: float64(n) / 2, When: time.Unix(1700000000, 0).UTC()}
}

func key(user string, n int) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"User": &types.AttributeValueMemberS{Value: user},
		"N":    must(attributevalue.Marshal(n)),
	}
}

func put(v visit) {
	must(client.PutItem(always, &dynamodb.PutItemInput{TableName: table, Item: v.item()}))
}

// load is the item of a key, or nothing.
func load(user string, n int) *visit {
	answer := must(client.GetItem(always, &dynamodb.GetItemInput{TableName: table, Key: key(user, n), ConsistentRead: aws.Bool(true)}))
	if answer.Item == nil {
		return nil
	}
	var found visit
	done(attributevalue.UnmarshalMap(answer.Item, &found))
	return &found
}

func build(builder expression.Builder) expression.Expression { return must(builder.Build()) }

func element(name string, kind types.KeyType) types.KeySchemaElement {
	return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
}

func main() {
	endpoint := aws.EndpointResolverWithOptionsFunc(func(_, region string, _ ...any) (aws.Endpoint, error) {
		return aws.Endpoint{URL: os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"), SigningRegion: region}, nil
	})
	settings := must(config.LoadDefaultConfig(always, config.WithEndpointResolverWithOptions(endpoint), config.WithRetryMaxAttempts(1)))
	client = dynamodb.NewFromConfig(settings, func(options *dynamodb.Options) { options.EnableAcceptEncodingGzip = true })
	tables()
	items()
	expressions()
	pages()
	transactions()
	statements()
	expiry(dynamodbstreams.NewFromConfig(settings))
	ending()
	finish()
}

func tables() {
	check("a table with an index and a stream", func() {
		input := &dynamodb.CreateTableInput{
			TableName: table, BillingMode: types.BillingModePayPerRequest,
			KeySchema: []types.KeySchemaElement{element("User", types.KeyTypeHash), element("N", types.KeyTypeRange)},
			AttributeDefinitions: []types.AttributeDefinition{
				{AttributeName: aws.String("User"), AttributeType: types.ScalarAttributeTypeS},
				{AttributeName: aws.String("N"), AttributeType: types.ScalarAttributeTypeN},
				{AttributeName: aws.String("Kind"), AttributeType: types.ScalarAttributeTypeS},
			},
			GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
				IndexName: aws.String("ByKind"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
				KeySchema: []types.KeySchemaElement{element("Kind", types.KeyTypeHash), element("N", types.KeyTypeRange)},
			}},
			StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage},
		}
		equal(must(client.CreateTable(always, input)).TableDescription.TableStatus, types.TableStatusCreating)
		done(dynamodb.NewTableExistsWaiter(client).Wait(always, &dynamodb.DescribeTableInput{TableName: table}, 20*time.Second))
		described := must(client.DescribeTable(always, &dynamodb.DescribeTableInput{TableName: table})).Table
		equal(described.BillingModeSummary.BillingMode, types.BillingModePayPerRequest)
		equal(described.StreamSpecification.StreamViewType, types.StreamViewTypeNewImage)
		if time.Since(*described.CreationDateTime).Abs() > time.Minute {
			panic(described.CreationDateTime)
		}
		refused[*types.ResourceInUseException](client.CreateTable(always, input))
	})
	check("names of tables come in pages", func() {
		var names []string
		for pages := dynamodb.NewListTablesPaginator(client, &dynamodb.ListTablesInput{Limit: aws.Int32(1)}); pages.HasMorePages(); {
			names = append(names, must(pages.NextPage(always)).TableNames...)
		}
		equal(sort.StringsAreSorted(names), true)
		equal(strings.Contains(strings.Join(names, " "), *table), true)
	})
}

func items() {
	check("every type comes back as it was", func() {
		v := made("types", 1)
		v.Note, v.Photo, v.Tags, v.Marks = aws.String(""), []byte{0, 255}, []string{"z", "é"}, []int{-1, 7}
		v.Place, v.Extra = &place{City: "Köln", At: []float64{50.9, 6.9}}, map[string]string{"a b": "c"}
		v.Expires = attributevalue.UnixTime(time.Unix(4000000000, 0))
		put(v)
		found := load("types", 1)
		sort.Ints(found.Marks)
		sort.Strings(found.Tags)
		equal(found.item(), v.item())
		equal(load("types", 2) == nil, true)
	})
	check("what is refused", func() {
		_, err := client.GetItem(always, &dynamodb.GetItemInput{TableName: table, Key: map[string]types.AttributeValue{}})
		equal(code(nil, err), "ValidationException")
		missing := refused[*types.ResourceNotFoundException](
			client.GetItem(always, &dynamodb.GetItemInput{TableName: aws.String("missing"), Key: key("a", 1)}))
		equal(missing.ErrorMessage(), "Requested resource not found")
	})
}

func expressions() {
	check("conditions that the builder writes", func() {
		absent := build(expression.NewBuilder().WithCondition(expression.AttributeNotExists(expression.Name("User"))))
		once := func() (*dynamodb.PutItemOutput, error) {
			return client.PutItem(always, &dynamodb.PutItemInput{
				TableName: table, Item: made("cond", 1).item(), ConditionExpression: absent.Condition(),
				ExpressionAttributeNames: absent.Names(), ExpressionAttributeValues: absent.Values(),
			})
		}
		must(once())
		equal(refused[*types.ConditionalCheckFailedException](once()).ErrorMessage(), "The conditional request failed")
		many := build(expression.NewBuilder().WithCondition(expression.And(
			expression.Name("Score").Between(expression.Value(0), expression.Value(1)),
			expression.Or(
				expression.Name("Kind").In(expression.Value("even"), expression.Value("odd")),
				expression.Not(expression.Name("Kind").BeginsWith("x"))),
			expression.Name("Kind").Size().GreaterThan(expression.Value(2)),
			expression.AttributeType(expression.Name("When"), expression.String))))
		old := must(client.DeleteItem(always, &dynamodb.DeleteItemInput{
			TableName: table, Key: key("cond", 1), ConditionExpression: many.Condition(), ReturnValues: types.ReturnValueAllOld,
			ExpressionAttributeNames: many.Names(), ExpressionAttributeValues: many.Values(),
		}))
		equal(old.Attributes, made("cond", 1).item())
	})
	check("updates that the builder writes", func() {
		v := made("update", 1)
		v.Tags, v.Place = []string{"a", "b"}, &place{City: "Rom", At: []float64{1}}
		put(v)
		change := build(expression.NewBuilder().WithUpdate(
			expression.Set(expression.Name("Place.City"), expression.Value("Bonn")).
				Set(expression.Name("Place.At"), expression.ListAppend(expression.Name("Place.At"), expression.Value([]int{2}))).
				Set(expression.Name("Seen"), expression.IfNotExists(expression.Name("Seen"), expression.Value(10))).
				Set(expression.Name("Score"), expression.Name("Score").Plus(expression.Value(2))).
				Add(expression.Name("Marks"), expression.Value(&types.AttributeValueMemberNS{Value: []string{"4"}})).
				Delete(expression.Name("Tags"), expression.Value(&types.AttributeValueMemberSS{Value: []string{"a"}})).
				Remove(expression.Name("When"))))
		answer := must(client.UpdateItem(always, &dynamodb.UpdateItemInput{
			TableName: table, Key: key("update", 1), UpdateExpression: change.Update(), ReturnValues: types.ReturnValueAllNew,
			ExpressionAttributeNames: change.Names(), ExpressionAttributeValues: change.Values(),
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		}))
		equal(*answer.ConsumedCapacity.CapacityUnits, 2.0)
		wanted := v.item()
		delete(wanted, "When")
		wanted["Place"] = must(attributevalue.Marshal(place{City: "Bonn", At: []float64{1, 2}}))
		wanted["Seen"] = &types.AttributeValueMemberN{Value: "10"}
		wanted["Score"] = &types.AttributeValueMemberN{Value: "2.5"}
		wanted["Marks"] = &types.AttributeValueMemberNS{Value: []string{"4"}}
		wanted["Tags"] = &types.AttributeValueMemberSS{Value: []string{"b"}}
		equal(answer.Attributes, wanted)
	})
}

func pages() {
	check("batches", func() {
		for first := 0; first < 100; first += 25 {
			var writes []types.WriteRequest
			for n := first; n < first+25; n++ {
				writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: made("batch", n).item()}})
			}
			answer := must(client.BatchWriteItem(always, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*table: writes}}))
			equal(len(answer.UnprocessedItems), 0)
		}
		var keys []map[string]types.AttributeValue
		for n := 0; n < 100; n++ {
			keys = append(keys, key("batch", n))
		}
		answer := must(client.BatchGetItem(always, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*table: {Keys: keys}}}))
		equal(len(answer.Responses[*table]), 100)
	})
	check("pages of queries and of a scan", func() {
		asked := build(expression.NewBuilder().
			WithKeyCondition(expression.KeyAnd(expression.Key("Kind").Equal(expression.Value("odd")), expression.Key("N").LessThan(expression.Value(50)))).
			WithFilter(expression.Name("User").Equal(expression.Value("batch"))).
			WithProjection(expression.NamesList(expression.Name("N"), expression.Name("Score"))))
		var found []visit
		for pages := dynamodb.NewQueryPaginator(client, &dynamodb.QueryInput{
			TableName: table, IndexName: aws.String("ByKind"), Limit: aws.Int32(4), ScanIndexForward: aws.Bool(false),
			KeyConditionExpression: asked.KeyCondition(), FilterExpression: asked.Filter(), ProjectionExpression: asked.Projection(),
			ExpressionAttributeNames: asked.Names(), ExpressionAttributeValues: asked.Values(),
		}); pages.HasMorePages(); {
			var page []visit
			done(attributevalue.UnmarshalListOfMaps(must(pages.NextPage(always)).Items, &page))
			found = append(found, page...)
		}
		equal(len(found), 25)
		for place, v := range found {
			equal(v, visit{N: 49 - 2*place, Score: float64(49-2*place) / 2})
		}
		count := int32(0)
		for segment := int32(0); segment < 3; segment++ {
			for pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{
				TableName: table, Segment: aws.Int32(segment), TotalSegments: aws.Int32(3), Limit: aws.Int32(9), Select: types.SelectCount,
			}); pages.HasMorePages(); {
				count += must(pages.NextPage(always)).Count
			}
		}
		equal(count, int32(102))
	})
}

func transactions() {
	check("transactions", func() {
		write := func(token string, n int) (*dynamodb.TransactWriteItemsOutput, error) {
			return client.TransactWriteItems(always, &dynamodb.TransactWriteItemsInput{
				ClientRequestToken: aws.String(token),
				TransactItems: []types.TransactWriteItem{
					{Put: &types.Put{TableName: table, Item: made("tx", n).item()}},
					{ConditionCheck: &types.ConditionCheck{
						TableName: table, Key: key("batch", n), ConditionExpression: aws.String("Score < :s"),
						ExpressionAttributeValues:           map[string]types.AttributeValue{":s": &types.AttributeValueMemberN{Value: "10"}},
						ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
					}},
				},
			})
		}
		must(write("one", 1))
		must(write("one", 1))
		refused[*types.IdempotentParameterMismatchException](write("one", 2))
		reasons := refused[*types.TransactionCanceledException](write("two", 99)).CancellationReasons
		equal([]string{*reasons[0].Code, *reasons[1].Code}, []string{"None", "ConditionalCheckFailed"})
		equal(reasons[1].Item, made("batch", 99).item())
		answer := must(client.TransactGetItems(always, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
			{Get: &types.Get{TableName: table, Key: key("tx", 1)}}, {Get: &types.Get{TableName: table, Key: key("tx", 99)}},
		}}))
		equal(answer.Responses[0].Item, made("tx", 1).item())
		equal(answer.Responses[1].Item == nil, true)
	})
}

func statements() {
	check("PartiQL", func() {
		run := func(statement string, parameters ...any) []map[string]types.AttributeValue {
			input := &dynamodb.ExecuteStatementInput{Statement: &statement}
			for _, parameter := range parameters {
				input.Parameters = append(input.Parameters, must(attributevalue.Marshal(parameter)))
			}
			return must(client.ExecuteStatement(always, input)).Items
		}
		from := fmt.Sprintf(`"%s"`, *table)
		run(`INSERT INTO `+from+` VALUE {'User': ?, 'N': ?, 'Kind': 'sql'}`, "partiql", 1)
		run(`UPDATE `+from+` SET Score = ? WHERE "User" = ? AND N = ?`, 1.5, "partiql", 1)
		found := run(`SELECT Score FROM `+from+`."ByKind" WHERE Kind = ?`, "sql")
		equal(found, []map[string]types.AttributeValue{{"Score": &types.AttributeValueMemberN{Value: "1.5"}}})
		refused[*types.DuplicateItemException](client.ExecuteStatement(always, &dynamodb.ExecuteStatementInput{
			Statement: aws.String(`INSERT INTO ` + from + ` VALUE {'User': 'partiql', 'N': 1}`)}))
		answer := must(client.BatchExecuteStatement(always, &dynamodb.BatchExecuteStatementInput{Statements: []types.BatchStatementRequest{
			{Statement: aws.String(`DELETE FROM ` + from + ` WHERE "User" = 'partiql' AND N = 1`)},
			{Statement: aws.String(`DELETE FROM ` + from + ` WHERE "User" = 'partiql'`)},
		}}))
		equal(answer.Responses[0].Error == nil, true)
		equal(answer.Responses[1].Error.Code, types.BatchStatementErrorCodeEnumValidationError)
	})
}

func expiry(streams *dynamodbstreams.Client) {
	check("an expired item goes, and the stream tells it", func() {
		must(client.UpdateTimeToLive(always, &dynamodb.UpdateTimeToLiveInput{
			TableName: table, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("Expires"), Enabled: aws.Bool(true)},
		}))
		v := made("ttl", 1)
		v.Expires = attributevalue.UnixTime(time.Now().Add(-time.Second))
		put(v)
		for end := time.Now().Add(15 * time.Second); load("ttl", 1) != nil; {
			if time.Now().After(end) {
				panic("the item does not expire")
			}
		}
		arn := must(streams.ListStreams(always, &dynamodbstreams.ListStreamsInput{TableName: table})).Streams[0].StreamArn
		var events []string
		for _, shard := range must(streams.DescribeStream(always, &dynamodbstreams.DescribeStreamInput{StreamArn: arn})).StreamDescription.Shards {
			next := must(streams.GetShardIterator(always, &dynamodbstreams.GetShardIteratorInput{
				StreamArn: arn, ShardId: shard.ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon,
			})).ShardIterator
			for next != nil {
				page := must(streams.GetRecords(always, &dynamodbstreams.GetRecordsInput{ShardIterator: next}))
				next = page.NextShardIterator
				if len(page.Records) == 0 {
					break
				}
				for _, record := range page.Records {
					var keys visit
					done(attributevalue.UnmarshalMap(must(attributevalue.FromDynamoDBStreamsMap(record.Dynamodb.Keys)), &keys))
					if keys.User == "ttl" {
						events = append(events, string(record.EventName))
						equal(record.Dynamodb.OldImage == nil, true)
						equal(record.UserIdentity != nil, record.EventName == streamtypes.OperationTypeRemove)
					}
				}
			}
		}
		equal(events, []string{"INSERT", "REMOVE"})
	})
}

func ending() {
	check("a table is deleted", func() {
		must(client.DeleteTable(always, &dynamodb.DeleteTableInput{TableName: table}))
		done(dynamodb.NewTableNotExistsWaiter(client).Wait(always, &dynamodb.DescribeTableInput{TableName: table}, 20*time.Second))
	})
}
