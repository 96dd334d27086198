// One line for each check: `ok NAME`, or `not ok NAME` with what was wrong.
'use strict'
let failed = 0

exports.check = async (name, body) => {
  try {
    await body()
    console.log(`ok ${name}`)
  } catch (error) {
    failed += 1
    console.log(`not ok ${name}: ${error.stack.replace(/\n\s*/g, ' | ')}`)
  }
}

exports.finish = () => process.exit(failed ? 1 : 0)
