using System.IO.Pipelines;
using Appliance.Server.Csc;
using Appliance.Server.Csc.OAuth;
using Appliance.Server.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Server.Tests.Csc;

public sealed class CscEndpointsTests
{
    private const int BodyLimit = 4 * 1024 * 1024;

    private readonly Admission _admission = new(
        new LimitSettings { CallsInFlight = 1 }, static () => 1, TimeProvider.System);
    private readonly DefaultHttpContext _http = new();
    private readonly Pipe _body = new();
    private readonly CscEndpoints _endpoints;

    public CscEndpointsTests()
    {
        // Whoever is refused does not come as far as the operations.
        _endpoints = new CscEndpoints(
            new CscOperations(null!, null!, null!, _admission),
            new BulkOperations(null!, null!, _admission),
            new OAuthEndpoints(null!, _admission),
            new InfoSettings(),
            _admission,
            BodyLimit,
            NullLogger<CscEndpoints>.Instance);
        _http.Request.Method = HttpMethods.Post;
        _http.Request.Path = "/csc/v1/auth/login";
        _http.Features.Set<IRequestBodyPipeFeature>(new PipedBody(_body.Reader));
    }

    [Fact]
    public async Task A_stranger_whose_login_trickles_in_holds_no_place()
    {
        await _body.Writer.WriteAsync("{"u8.ToArray(), TestContext.Current.CancellationToken);
        var trickling = _endpoints.HandleAsync(_http);

        Assert.False(trickling.IsCompleted);
        Assert.Equal(0, _admission.Inside);
        await _body.Writer.CompleteAsync();
        await trickling;
        Assert.Equal(StatusCodes.Status400BadRequest, _http.Response.StatusCode);
        Assert.Equal(0, _admission.Inside);
    }

    [Fact]
    public async Task A_login_is_refused_while_all_places_are_taken()
    {
        Assert.Null(_admission.TryEnter());
        await _body.Writer.CompleteAsync();

        await _endpoints.HandleAsync(_http);

        Assert.Equal(StatusCodes.Status429TooManyRequests, _http.Response.StatusCode);
        Assert.Equal(1, _admission.Inside);
    }

    [Fact]
    public async Task A_stranger_cannot_make_the_server_keep_a_large_body()
    {
        var pumping = _body.Writer.WriteAsync(
            new byte[CscOperations.LoginBytes + 1], TestContext.Current.CancellationToken).AsTask();
        await _endpoints.HandleAsync(_http);

        Assert.Equal(StatusCodes.Status413PayloadTooLarge, _http.Response.StatusCode);
        await pumping;
    }

    private sealed class PipedBody(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
