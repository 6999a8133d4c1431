require "json"
require "net/http"

# Functions have no SDK here: the URL of another function is as good.
def handler(event:, context:)
  puts "working on #{event['id']}"
  raise TypeError, "cannot do #{event['id']}" if event["fail"]

  { name: context.function_name, left: context.get_remaining_time_in_millis.positive? }
end
