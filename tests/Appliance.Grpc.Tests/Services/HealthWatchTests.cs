using System.Threading.Channels;
using Appliance.Grpc.Services;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Appliance.Grpc.Tests.Services;

public sealed class HealthWatchTests : IDisposable
{
    private readonly HealthBoard _board = new();
    private readonly Channel<ServingStatus> _told = Channel.CreateUnbounded<ServingStatus>();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _gone = new();
    private TaskCompletionSource _reads = new();

    public HealthWatchTests() => _reads.SetResult();

    [Fact]
    public async Task Each_change_is_told_and_nothing_twice()
    {
        _board.Set("a.B", () => true);
        var watch = WatchAsync("a.B");
        Assert.Equal(ServingStatus.Serving, await ToldAsync());

        _board.Set("a.Other", () => true);
        _board.Set("a.B", () => true);
        _board.Set("a.B", () => false);
        Assert.Equal(ServingStatus.NotServing, await ToldAsync());
        _board.Set("a.B", () => true);
        Assert.Equal(ServingStatus.Serving, await ToldAsync());
        Assert.False(watch.IsCompleted);
        Assert.False(_told.Reader.TryRead(out _));
    }

    [Fact]
    public async Task An_unknown_service_can_become_known()
    {
        var watch = WatchAsync("a.B");
        Assert.Equal(ServingStatus.ServiceUnknown, await ToldAsync());
        _board.Set("a.Other", () => true);
        _board.Set("a.B", () => false);
        Assert.Equal(ServingStatus.NotServing, await ToldAsync());
        Assert.False(watch.IsCompleted);
    }

    [Fact]
    public async Task The_first_status_is_exact()
    {
        var isServing = true;
        _board.Set("", () => isServing);
        isServing = false;
        _ = WatchAsync("");
        Assert.Equal(ServingStatus.NotServing, await ToldAsync());
    }

    [Fact]
    public async Task A_slow_reader_gets_the_latest_status_only()
    {
        _reads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _board.Set("", () => true);
        _ = WatchAsync("");
        Assert.Equal(ServingStatus.Serving, await ToldAsync());
        for (var i = 0; i < 1_000; i++)
        {
            _board.Set("", () => false);
            _board.Set("", () => true);
        }

        _board.Set("", () => false);
        _reads.SetResult();
        Assert.Equal(ServingStatus.NotServing, await ToldAsync());

        // Were anything queued, it would come before this.
        _board.Set("", () => true);
        Assert.Equal(ServingStatus.Serving, await ToldAsync());
        Assert.False(_told.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData("a.B", "Serving NotServing")]
    [InlineData("a.Unknown", "ServiceUnknown")]
    [InlineData("a.Down", "NotServing")]
    public async Task A_stop_ends_the_watch_after_what_it_means(string service, string told)
    {
        _board.Set("a.B", () => true);
        _board.Set("a.Down", () => false);
        var watch = WatchAsync(service);
        var statuses = new List<ServingStatus> { await ToldAsync() };

        await _stop.CancelAsync();
        await watch;
        while (_told.Reader.TryRead(out var status))
        {
            statuses.Add(status);
        }

        Assert.Equal(told, string.Join(' ', statuses));
    }

    [Fact]
    public async Task A_watch_that_begins_in_a_stop_says_so_and_ends()
    {
        _board.Set("", () => true);
        await _stop.CancelAsync();
        await WatchAsync("");
        Assert.Equal(ServingStatus.NotServing, await ToldAsync());
    }

    [Fact]
    public async Task A_watcher_that_leaves_is_forgotten()
    {
        _board.Set("", () => true);
        var watch = WatchAsync("");
        Assert.Equal(ServingStatus.Serving, await ToldAsync());
        await _gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _gone.Dispose();
    }

    private Task WatchAsync(string service)
        => new HealthMethods(_board).WatchAsync(service, TellAsync, _stop.Token, _gone.Token);

    private async ValueTask TellAsync(ServingStatus status)
    {
        _told.Writer.TryWrite(status);
        await _reads.Task;
    }

    private ValueTask<ServingStatus> ToldAsync() => _told.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
