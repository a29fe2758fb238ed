namespace Appliance.Server.Tests.Csc.Errors;

/// <summary>An answer as it came over the connection.</summary>
internal sealed record RawReply(string StatusLine, string ContentType, string Body)
{
    /// <summary>This error and nothing else: status line, media type, and the body to the last character.</summary>
    public void IsError(string error, string description, string statusLine = "HTTP/1.1 400 Bad Request")
        => Is(statusLine, $$"""{"error":"{{error}}","error_description":"{{description}}"}""");

    public void Is(string statusLine, string body)
        => Assert.Equal($"{statusLine}\napplication/json\n{body}", $"{StatusLine}\n{ContentType}\n{Body}");

    /// <summary>204, and nothing behind it.</summary>
    public void IsEmpty() => Assert.Equal(("HTTP/1.1 204 No Content", ""), (StatusLine, Body));
}
