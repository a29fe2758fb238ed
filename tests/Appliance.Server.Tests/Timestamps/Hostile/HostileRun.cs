using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Appliance.Timestamping;

namespace Appliance.Server.Tests.Timestamps.Hostile;

/// <summary>Sends cases over the real endpoint, several at once, with good requests between them.</summary>
internal sealed class HostileRun(TsaAppliance tsa, int seed, CancellationToken cancellationToken)
{
    /// <summary>One good request after so many damaged ones.</summary>
    public const int OneGoodIn = 500;

    private const int AtOnce = 16;
    private const int MostFailures = 20;

    private int _granted;

    /// <summary>How the cases ended.</summary>
    public ConcurrentDictionary<string, int> Outcomes { get; } = new(StringComparer.Ordinal);

    /// <summary>Cases that ended otherwise than they must, with the line that repeats them.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>Good requests that were granted: all of them were sent.</summary>
    public int Granted => Volatile.Read(ref _granted);

    public Task RunAsync(int from, int to) => Parallel.ForEachAsync(
        Enumerable.Range(from, to - from),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (number, _) =>
        {
            await TryAsync(number);
            if (number % OneGoodIn == 0)
            {
                await GrantAsync();
            }
        });

    private async Task TryAsync(int number)
    {
        var one = HostileCases.Get(seed, number);
        try
        {
            var outcome = await SendAsync(one);
            Outcomes.AddOrUpdate($"{one.Kind}: {outcome}", 1, static (_, count) => count + 1);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (Failures.Count < MostFailures)
            {
                Failures.Enqueue(string.Create(
                    CultureInfo.InvariantCulture,
                    $"load/fuzz.sh timestamps 0 {seed} {number}: {one.Kind}, {one.Method} {one.Path}, ")
                    + $"{Convert.ToHexString(one.Body.AsSpan(0, Math.Min(one.Body.Length, 400)))}: {error.Message}");
            }
        }
    }

    private async Task<string> SendAsync(HostileCase one)
    {
        using var message = new HttpRequestMessage(one.Method, tsa.Appliance.Rest.BaseAddress + one.Path[1..]);
        if (one.Body.Length > 0 || one.Method == HttpMethod.Post)
        {
            message.Content = new ByteArrayContent(one.Body);
            message.Content.Headers.ContentType =
                one.ContentType is null ? null : new MediaTypeHeaderValue(one.ContentType);
            message.Headers.TransferEncodingChunked = one.IsChunked ? true : null;
        }

        using var response = await tsa.Appliance.Rest.SendAsync(message, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var status = (int)response.StatusCode;
        Assert.True(status == one.Status, $"{status} instead of {one.Status}: {Convert.ToHexString(body)}");
        if (status != 200)
        {
            return status.ToString(CultureInfo.InvariantCulture);
        }

        Assert.Equal("application/timestamp-reply", response.Content.Headers.ContentType?.ToString());
        var answer = TimestampResponse.Decode(body);
        Assert.Equal(TimestampPkiStatus.Rejection, answer.Status);
        Assert.True(answer.Token.IsEmpty);
        Assert.True(Enum.IsDefined(answer.Failure) && answer.Failure != TimestampFailure.None);
        return answer.Failure.ToString();
    }

    private async Task GrantAsync()
    {
        var hash = RandomNumberGenerator.GetBytes(32);
        var query = TsaAppliance.Request(hash);
        Assert.True(Rfc3161TimestampRequest.TryDecode(query, out var request, out _));
        request.ProcessResponse(await tsa.StampAsync(null, query), out _);
        Interlocked.Increment(ref _granted);
    }
}
