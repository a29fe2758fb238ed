using System.Globalization;
using Appliance.Ledger;
using Appliance.Server.Hosting;
using Appliance.Server.Options;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps.Clocks;

/// <summary>
/// The clock watch of a server that runs: its events reach the audit trail and the log, and the operator's word
/// outlasts a restart.
/// </summary>
internal sealed partial class ClockKeeper : IAsyncDisposable
{
    /// <summary>Name of the file with the operator's word.</summary>
    public const string File = "clock-assertion";

    /// <summary>So long before its end operators are reminded of an assertion.</summary>
    public static readonly TimeSpan Warning = TimeSpan.FromDays(7);

    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    /// <summary>File and watch change together.</summary>
    private readonly SemaphoreSlim _changing = new(1, 1);

    private readonly Composition _composition;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ClockJournal _journal;
    private ITimer? _reminder;

    /// <summary>A watch that does not look yet.</summary>
    /// <param name="composition">Store and ledger.</param>
    /// <param name="settings">Timestamping:Clock; they have passed their rules.</param>
    /// <param name="loggers">Where it is told.</param>
    /// <param name="time">The clock that is watched.</param>
    public ClockKeeper(Composition composition, ClockSettings settings, ILoggerFactory loggers, TimeProvider time)
    {
        _composition = composition;
        _time = time;
        _logger = loggers.CreateLogger<ClockKeeper>();
        _journal = new ClockJournal(composition.Loop, time, _logger, Remember);
        Watch = new ClockWatch(
            ClockSetup.OptionsOf(settings, ClockAssertionFile.Read(composition.ClockMemory, time)),
            time,
            loggers.CreateLogger<ClockWatch>(),
            _journal.Post);
    }

    public ClockWatch Watch { get; }

    /// <summary>Puts an operator's word on record and keeps it; no server runs, or this is it.</summary>
    /// <exception cref="IOException">It cannot be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be kept.</exception>
    public static async Task WriteAsync(
        Composition composition, ClockAssertion assertion, CancellationToken cancellationToken)
    {
        var record = new AuditRecord
        {
            At = assertion.At.ToUnixTimeMilliseconds(),
            Event = AuditEvent.ClockAsserted,
            Detail = assertion.Until is { } until
                ? string.Create(CultureInfo.InvariantCulture, $"asserted until {until:u}")
                : assertion.State,
            Actor = assertion.By,
        };
        await composition.Loop.WriteAsync(
            connection =>
            {
                AuditTrail.Append(connection, record);
                return true;
            },
            cancellationToken);
        ClockAssertionFile.Write(composition.ClockMemory, assertion);
    }

    /// <summary>The units are there: looks from now on.</summary>
    public void Start()
    {
        Watch.Start();
        _reminder = _time.CreateTimer(
            static state => ((ClockKeeper)state!).Remind(), this, TimeSpan.Zero, s_day);
    }

    /// <summary>An operator answers for the clock until then, or takes it back; on record before it counts.</summary>
    /// <exception cref="IOException">It cannot be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be kept.</exception>
    public async Task SetAsync(ClockAssertion assertion, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await WriteAsync(_composition, assertion, cancellationToken);
            if (assertion.Until is { } until)
            {
                Watch.Assert(until, assertion.By!);
            }
            else
            {
                Watch.Withdraw(assertion.By!);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>After the last unit.</summary>
    public async ValueTask DisposeAsync()
    {
        await (_reminder?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Watch.DisposeAsync();
        await _journal.DisposeAsync();
        _changing.Dispose();
    }

    /// <summary>The word was voided: a restart must not bring it back. On the journal's thread.</summary>
    private void Remember(ClockEvent voided)
    {
        _changing.Wait();
        try
        {
            // An operator may have given it anew meanwhile.
            if (Watch.AssertedUntil is null)
            {
                ClockAssertionFile.Write(
                    _composition.ClockMemory,
                    new ClockAssertion
                    {
                        State = ClockAssertion.Voided,
                        At = voided.Time,
                        Because = voided.Text,
                    });
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(_logger, error.Message);
        }
        finally
        {
            _changing.Release();
        }
    }

    private void Remind()
    {
        if (Watch.AssertedUntil is { } until
            && until - _time.GetUtcNow() <= Warning
            && Watch.Units.Any(unit => unit.Required.HasFlag(ClockSources.Operator)))
        {
            Log.Ends(_logger, until);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            8096,
            LogLevel.Warning,
            "The assertion of the clock ends at {Until:u}; give it anew: appliance timestamp clock assert --for 30d")]
        public static partial void Ends(ILogger logger, DateTimeOffset until);

        [LoggerMessage(
            8097,
            LogLevel.Error,
            "That the clock's assertion was voided cannot be kept; a restart would believe it again: {Error}")]
        public static partial void NotKept(ILogger logger, string error);
    }
}
