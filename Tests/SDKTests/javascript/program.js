// An ordinary program on the AWS SDK for JavaScript, version 2: client and document client, waiters, pages, streams.
'use strict'
const assert = require('assert')
const http = require('http')
const AWS = require('aws-sdk')
const { check, finish } = require('./checks')

const options = {
  endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB, region: process.env.AWS_REGION, maxRetries: 0,
  httpOptions: { agent: new http.Agent({ keepAlive: true, maxSockets: 8 }) }
}
const client = new AWS.DynamoDB(options)
const documents = new AWS.DynamoDB.DocumentClient({ service: client })
const streams = new AWS.DynamoDBStreams(options)
const table = 'javascript-orders'

const failure = call => call.promise().then(() => assert.fail('nothing was refused'), error => error)
const range = count => Array.from({ length: count }, (_, n) => n)
const item = (customer, n) => ({ customer, n, status: n % 2 ? 'paid' : 'open', price: n * 1.5 })

async function until (what, found) {
  for (const end = Date.now() + 15000; Date.now() < end;) {
    const value = await found()
    if (value) return value
  }
  throw new Error(`${what}: not within 15 seconds`)
}

async function tables () {
  await check('a table with indexes and a stream', async () => {
    const made = await client.createTable({
      TableName: table,
      KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' }, { AttributeName: 'n', KeyType: 'RANGE' }],
      AttributeDefinitions: [
        { AttributeName: 'customer', AttributeType: 'S' }, { AttributeName: 'n', AttributeType: 'N' },
        { AttributeName: 'status', AttributeType: 'S' }, { AttributeName: 'price', AttributeType: 'N' }],
      LocalSecondaryIndexes: [{
        IndexName: 'by-price', Projection: { ProjectionType: 'KEYS_ONLY' },
        KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' }, { AttributeName: 'price', KeyType: 'RANGE' }]
      }],
      GlobalSecondaryIndexes: [{
        IndexName: 'by-status', Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
        KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }, { AttributeName: 'price', KeyType: 'RANGE' }],
        ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 }
      }],
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }
    }).promise()
    assert.strictEqual(made.TableDescription.TableStatus, 'CREATING')
    assert(made.TableDescription.CreationDateTime instanceof Date)
    const { Table } = await client.waitFor('tableExists', { TableName: table, $waiter: { delay: 1 } }).promise()
    assert.strictEqual(Table.TableStatus, 'ACTIVE')
    assert.strictEqual(Table.GlobalSecondaryIndexes[0].ProvisionedThroughput.WriteCapacityUnits, 3)
    assert.strictEqual(Table.ProvisionedThroughput.NumberOfDecreasesToday, 0)
  })
  await check('a name that is taken', async () => {
    const error = await failure(client.createTable({
      TableName: table, BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }]
    }))
    assert.strictEqual(error.code, 'ResourceInUseException')
    assert.strictEqual(error.retryable, false)
  })
  await check('names of tables come in pages', async () => {
    const names = []
    await new Promise((resolve, reject) => client.listTables({ Limit: 1 }).eachPage((error, page) => {
      if (error) return reject(error)
      if (!page) return resolve()
      names.push(...page.TableNames)
    }))
    assert(names.includes(table) && names.includes('shop'))
  })
}

async function items () {
  await check('every type comes back as it was', async () => {
    const Item = {
      customer: 'types', n: 0, text: 'é😀', empty: '', big: 9007199254740991, small: -1.5e-7, yes: true, nothing: null,
      bytes: Buffer.from([0, 255]), list: [1, 'two', [], {}], map: { a: { b: [false] } },
      words: documents.createSet(['b', 'a']), numbers: documents.createSet([3, 1, 2]),
      blobs: documents.createSet([Buffer.from('x'), Buffer.from('y')])
    }
    await documents.put({ TableName: table, Item }).promise()
    const { Item: found } = await documents.get(
      { TableName: table, Key: { customer: 'types', n: 0 }, ConsistentRead: true }).promise()
    for (const name of ['words', 'numbers', 'blobs']) {
      const sorted = set => set.values.map(String).sort()
      assert.deepStrictEqual(sorted(found[name]), sorted(Item[name]))
      assert.strictEqual(found[name].type, Item[name].type)
      delete found[name]; delete Item[name]
    }
    assert.deepStrictEqual(found, Item)
  })
  await check('a number that JavaScript cannot hold', async () => {
    const digits = '12345678901234567890123456789012345678'
    const Key = { customer: { S: 'digits' }, n: { N: '1' } }
    await client.putItem({ TableName: table, Item: { ...Key, v: { N: digits } } }).promise()
    assert.strictEqual((await client.getItem({ TableName: table, Key }).promise()).Item.v.N, digits)
  })
  await check('conditions', async () => {
    const put = extra => documents.put({ TableName: table, Item: item('cond', 1), ...extra })
    await put({ ConditionExpression: 'attribute_not_exists(customer)' }).promise()
    const error = await failure(put({ ConditionExpression: 'attribute_not_exists(customer)' }))
    assert.strictEqual(error.code, 'ConditionalCheckFailedException')
    assert.strictEqual(error.message, 'The conditional request failed')
    assert.strictEqual(error.statusCode, 400)
    assert.match(error.requestId, /^[A-Z0-9]{52}$/)
    const { Attributes } = await put({
      ConditionExpression: '#s IN (:a, :b) AND price BETWEEN :low AND :high', ReturnValues: 'ALL_OLD',
      ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':a': 'paid', ':b': 'lost', ':low': 1, ':high': 2 }
    }).promise()
    assert.deepStrictEqual(Attributes, item('cond', 1))
  })
  await check('updates', async () => {
    const Key = { customer: 'update', n: 1 }
    const update = (UpdateExpression, ExpressionAttributeValues, ReturnValues = 'ALL_NEW') => documents.update(
      { TableName: table, Key, UpdateExpression, ExpressionAttributeValues, ReturnValues }).promise()
    await update('SET cart = :l, visits = if_not_exists(visits, :zero) + :one',
      { ':l': [{ sku: 'a' }], ':zero': 0, ':one': 1 })
    const { Attributes } = await update(
      'SET cart[0].pieces = :two, cart[7] = :more ADD visits :one',
      { ':more': { sku: 'b' }, ':two': 2, ':one': 1 })
    assert.deepStrictEqual(Attributes, {
      ...Key, visits: 2, cart: [{ sku: 'a', pieces: 2 }, { sku: 'b' }]
    })
    assert.deepStrictEqual(
      (await update('REMOVE cart[0], visits', undefined, 'UPDATED_OLD')).Attributes,
      { visits: 2, cart: [{ sku: 'a', pieces: 2 }] })
  })
  await check('the parameters of old programs', async () => {
    const Key = { customer: { S: 'legacy' }, n: { N: '1' } }
    const write = (value, Expected) => client.updateItem({
      TableName: table, Key, Expected, ReturnValues: 'UPDATED_NEW',
      AttributeUpdates: { v: { Action: 'PUT', Value: { N: value } }, hits: { Action: 'ADD', Value: { N: '1' } } }
    })
    await write('1', { v: { Exists: false } }).promise()
    assert.strictEqual((await failure(write('2', { v: { Exists: false } }))).code, 'ConditionalCheckFailedException')
    const { Attributes } = await write(
      '2', { v: { ComparisonOperator: 'LT', AttributeValueList: [{ N: '5' }] } }).promise()
    assert.deepStrictEqual(Attributes, { v: { N: '2' }, hits: { N: '2' } })
    const { Items } = await client.query({
      TableName: table, AttributesToGet: ['v'],
      KeyConditions: { customer: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'legacy' }] } },
      QueryFilter: { hits: { ComparisonOperator: 'GE', AttributeValueList: [{ N: '2' }] } }
    }).promise()
    assert.deepStrictEqual(Items, [{ v: { N: '2' } }])
  })
  await check('what is refused before it is sent, and what after', async () => {
    assert.strictEqual((await failure(client.getItem({ TableName: table }))).code, 'MissingRequiredParameter')
    const error = await failure(client.getItem({ TableName: table, Key: { customer: { S: 'a' } } }))
    assert.strictEqual(error.code, 'ValidationException')
    assert.strictEqual(error.message, 'The provided key element does not match the schema')
    const missing = await failure(client.getItem({ TableName: 'no-such-table', Key: { customer: { S: 'a' } } }))
    assert.strictEqual(missing.code, 'ResourceNotFoundException')
  })
}

async function pages () {
  await check('batches', async () => {
    for (let first = 0; first < 100; first += 25) {
      const writes = range(25).map(n => ({ PutRequest: { Item: item('batch', first + n) } }))
      const { UnprocessedItems } = await documents.batchWrite({ RequestItems: { [table]: writes } }).promise()
      assert.deepStrictEqual(UnprocessedItems, {})
    }
    const { Responses } = await documents.batchGet({
      RequestItems: { [table]: { Keys: range(100).map(n => ({ customer: 'batch', n })), ProjectionExpression: 'n' } }
    }).promise()
    assert.deepStrictEqual(Responses[table].map(found => found.n).sort((a, b) => a - b), range(100))
  })
  await check('pages of a query', async () => {
    const found = []
    let pages = 0
    await new Promise((resolve, reject) => client.query({
      TableName: table, Limit: 7, KeyConditionExpression: 'customer = :c AND n >= :n',
      ExpressionAttributeValues: { ':c': { S: 'batch' }, ':n': { N: '10' } }
    }).eachPage((error, page) => {
      if (error) return reject(error)
      if (!page) return resolve()
      pages += 1
      found.push(...page.Items.map(AWS.DynamoDB.Converter.unmarshall))
    }))
    assert.deepStrictEqual(found, range(90).map(n => item('batch', n + 10)))
    assert.strictEqual(pages, 13)
  })
  await check('queries of indexes', async () => {
    const open = await documents.query({
      TableName: table, IndexName: 'by-status', ScanIndexForward: false, Limit: 3,
      KeyConditionExpression: '#s = :s AND price < :t', ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':s': 'open', ':t': 90 }, ReturnConsumedCapacity: 'INDEXES'
    }).promise()
    assert.deepStrictEqual(open.Items.map(found => found.n), [58, 56, 54])
    assert.deepStrictEqual(Object.keys(open.LastEvaluatedKey).sort(), ['customer', 'n', 'price', 'status'])
    assert.strictEqual(open.ConsumedCapacity.GlobalSecondaryIndexes['by-status'].CapacityUnits, 0.5)
    const dear = await documents.query({
      TableName: table, IndexName: 'by-price', KeyConditionExpression: 'customer = :c AND price BETWEEN :a AND :b',
      ExpressionAttributeValues: { ':c': 'batch', ':a': 3, ':b': 6 }, Select: 'ALL_ATTRIBUTES', ConsistentRead: true
    }).promise()
    assert.deepStrictEqual(dear.Items, [2, 3, 4].map(n => item('batch', n)))
  })
  await check('a scan in parallel', async () => {
    const parts = await Promise.all(range(4).map(Segment => documents.scan({
      TableName: table, Segment, TotalSegments: 4, FilterExpression: 'begins_with(customer, :b)',
      ExpressionAttributeValues: { ':b': 'ba' }
    }).promise()))
    assert.deepStrictEqual(
      parts.flatMap(part => part.Items.map(found => found.n)).sort((a, b) => a - b), range(100))
    assert(parts.reduce((sum, part) => sum + part.ScannedCount, 0) > 100)
  })
}

async function transactions () {
  await check('transactions', async () => {
    await documents.transactWrite({
      TransactItems: [
        { Put: { TableName: table, Item: item('tx', 1) } },
        { Update: { TableName: table, Key: { customer: 'tx', n: 2 }, UpdateExpression: 'SET price = :t', ExpressionAttributeValues: { ':t': 5 } } }]
    }).promise()
    const { Responses } = await documents.transactGet({
      TransactItems: [1, 2, 3].map(n => ({ Get: { TableName: table, Key: { customer: 'tx', n } } }))
    }).promise()
    assert.deepStrictEqual(Responses.map(found => found.Item && found.Item.price), [1.5, 5, undefined])
  })
  await check('a cancelled transaction', async () => {
    let reasons
    const call = documents.transactWrite({
      TransactItems: [
        { Delete: { TableName: table, Key: { customer: 'tx', n: 1 } } },
        {
          ConditionCheck: {
            TableName: table, Key: { customer: 'tx', n: 2 }, ConditionExpression: 'price > :t',
            ExpressionAttributeValues: { ':t': 5 }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD'
          }
        }]
    })
    call.on('extractError', response => { reasons = JSON.parse(response.httpResponse.body.toString()).CancellationReasons })
    const error = await failure(call)
    assert.strictEqual(error.code, 'TransactionCanceledException')
    assert(error.message.endsWith('[None, ConditionalCheckFailed]'))
    assert.deepStrictEqual(reasons[1].Item.price, { N: '5' })
    assert((await documents.get({ TableName: table, Key: { customer: 'tx', n: 1 } }).promise()).Item)
  })
}

async function streamsAndExpiry () {
  await check('an expired item goes, and the stream says who deleted it', async () => {
    await client.updateTimeToLive(
      { TableName: table, TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true } }).promise()
    const Key = { customer: 'ttl', n: 1 }
    await documents.put({ TableName: table, Item: { ...Key, expires: Math.floor(Date.now() / 1000) } }).promise()
    await until('the expiry', async () => !(await documents.get({ TableName: table, Key }).promise()).Item)
    const { Streams } = await streams.listStreams({ TableName: table }).promise()
    const { StreamDescription } = await streams.describeStream({ StreamArn: Streams[0].StreamArn }).promise()
    assert.strictEqual(StreamDescription.StreamViewType, 'NEW_AND_OLD_IMAGES')
    const records = await until('the records', async () => {
      const found = []
      for (const { ShardId } of StreamDescription.Shards) {
        let { ShardIterator } = await streams.getShardIterator(
          { StreamArn: Streams[0].StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }).promise()
        for (let page; ShardIterator; ShardIterator = page.NextShardIterator) {
          page = await streams.getRecords({ ShardIterator, Limit: 100 }).promise()
          found.push(...page.Records)
          if (page.Records.length === 0) break
        }
      }
      const mine = found.filter(record => record.dynamodb.Keys.customer.S === 'ttl')
      return mine.length >= 2 && mine
    })
    assert.deepStrictEqual(records.map(record => record.eventName), ['INSERT', 'REMOVE'])
    assert.deepStrictEqual(records[1].userIdentity, { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' })
    assert(records[1].dynamodb.ApproximateCreationDateTime instanceof Date)
    assert.deepStrictEqual(AWS.DynamoDB.Converter.unmarshall(records[1].dynamodb.OldImage).customer, 'ttl')
  })
}

async function changes () {
  await check('a table is changed', async () => {
    await client.updateTable({ TableName: table, BillingMode: 'PAY_PER_REQUEST' }).promise()
    const { Table } = await client.waitFor('tableExists', { TableName: table, $waiter: { delay: 1 } }).promise()
    assert.strictEqual(Table.BillingModeSummary.BillingMode, 'PAY_PER_REQUEST')
    assert(Table.BillingModeSummary.LastUpdateToPayPerRequestDateTime instanceof Date)
    const ResourceArn = Table.TableArn
    await client.tagResource({ ResourceArn, Tags: [{ Key: 'team', Value: 'blue' }] }).promise()
    assert.deepStrictEqual((await client.listTagsOfResource({ ResourceArn }).promise()).Tags, [{ Key: 'team', Value: 'blue' }])
  })
  await check('a table is deleted', async () => {
    await client.deleteTable({ TableName: table }).promise()
    await client.waitFor('tableNotExists', { TableName: table, $waiter: { delay: 1 } }).promise()
  })
}

(async () => {
  for (const part of [tables, items, pages, transactions, streamsAndExpiry, changes]) await part()
  finish()
})()
