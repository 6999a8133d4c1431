# frozen_string_literal: true

# A process that waits for a function it does not know yet.
#
# It loads what AWS's client loads, and no more: of a gem that is loaded, a function
# cannot have another version.
module CloudlessWait
  def self.call(api)
    require "net/http"
    told = JSON.parse(api.ask("/cloudless/adoption"))
    ENV.replace(told["variables"])
    ENV.delete("_LAMBDA_TELEMETRY_LOG_FD") # the log has it
    Dir.chdir(told["directory"])
    Gem.clear_paths # those of the function and its layers were not there
  end
end
