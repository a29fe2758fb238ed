using System.Text;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Appliance.Server.Tests.Csc.Rest;

public sealed class JsonReplyTests
{
    [Fact]
    public async Task An_answer_that_could_not_be_sent_is_not_part_of_the_next_one_on_its_thread()
    {
        var gone = new DefaultHttpContext();
        gone.Features.Set<IHttpResponseFeature>(new StartedResponse());
        var next = new DefaultHttpContext();
        await using var body = new MemoryStream();
        next.Response.Body = body;

        // Both on this thread: up to its first wait a reply runs on its caller's.
        var failed = TrySend(gone);
        await JsonReply.WriteErrorAsync(next, CscErrors.Malformed);

        Assert.IsType<InvalidOperationException>(failed);
        var text = Encoding.UTF8.GetString(body.ToArray());
        Assert.StartsWith("{\"error\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("the-sad-of-somebody", text, StringComparison.Ordinal);
    }

    private static InvalidOperationException? TrySend(HttpContext http)
    {
        try
        {
            var sad = new AuthorizeAnswer("the-sad-of-somebody", 1);
            var sending = JsonReply.WriteAsync(http, sad, AnswerJson.Default.AuthorizeAnswer);
            Assert.True(sending.IsCompleted);
            return null;
        }
        catch (InvalidOperationException error)
        {
            return error;
        }
    }

    /// <summary>What Kestrel's response does once it has started.</summary>
    private sealed class StartedResponse : HttpResponseFeature, IHttpResponseFeature
    {
        public override bool HasStarted => true;

        int IHttpResponseFeature.StatusCode
        {
            get => StatusCodes.Status200OK;
            set => throw new InvalidOperationException("The response has started.");
        }
    }
}
