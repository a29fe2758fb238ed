using System.Text.Json.Serialization.Metadata;

namespace Appliance.Server.Csc.Rest;

/// <summary>What every method of a known caller does first over REST, whoever serves it.</summary>
internal sealed class RestCalls(CscOperations operations, int bodyLimit)
{
    /// <summary>Who calls, with what parameters, then the operation.</summary>
    public async ValueTask<Answer<TResult>> CallAsync<TInput, TResult>(
        HttpContext http,
        CscRoute route,
        JsonTypeInfo<TInput> type,
        CscOperation<TInput, TResult> operation,
        Action<TInput, IHeaderDictionary>? addHeaders = null)
        where TInput : class, new()
    {
        var who = await operations.EnterAsync(http.Request.Headers.Authorization);
        if (who.Error is { } unknown)
        {
            return unknown;
        }

        try
        {
            var input = await RequestBody.ReadAsync(http.Request, type, bodyLimit, http.RequestAborted);
            if (input.Error is { } malformed)
            {
                return await operations.RefuseAsync(who.Caller, route.Method, null, malformed, http.RequestAborted);
            }

            addHeaders?.Invoke(input.Value, http.Request.Headers);
            return await operation(route.Version, who.Caller, input.Value, http.RequestAborted);
        }
        finally
        {
            who.Leave();
        }
    }

    /// <summary>The value as JSON, or the error.</summary>
    public static ValueTask ReplyAsync<T>(HttpContext http, Answer<T> answer, JsonTypeInfo<T> type)
        => answer.Error is { } error
            ? JsonReply.WriteErrorAsync(http, error)
            : JsonReply.WriteAsync(http, answer.Value, type);
}
