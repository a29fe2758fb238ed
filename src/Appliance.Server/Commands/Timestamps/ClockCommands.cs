using System.CommandLine;
using System.Globalization;
using Appliance.Identity;
using Appliance.Server.Admin;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Timestamps.Clocks;

namespace Appliance.Server.Commands.Timestamps;

/// <summary>`timestamp clock`, and the operator's word: `assert` and `withdraw`.</summary>
internal static class ClockCommands
{
    private const int MostEntries = 10_000;

    /// <summary>Nobody answers for a clock for longer.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(400);

    public static AdminCommand Build(CommandEnvironment environment)
    {
        var last = new Option<int>("--last")
        {
            Description = "Entries of the drift log, the newest, 0 to 10,000.",
            HelpName = "N",
            DefaultValueFactory = static _ => 20,
        };
        var command = new AdminCommand(
            "clock",
            "Tells what the time of time stamps rests on, and the drift log of the server that runs.",
            AdminRoles.None,
            changes: false)
        {
            last,
            BuildAssert(environment),
            BuildWithdraw(environment),
        };
        command.SetAction(environment, (parsed, _) =>
        {
            if (environment.Host is not { } host)
            {
                throw new CommandException(
                    AdminSocketPath.Of(CommandConfiguration.Read(parsed)) is { } path
                        ? $"No server answers at {path}; `appliance doctor` looks at the clock without one."
                        : "There is no admin socket to ask a server at; set Admin:Socket.");
            }

            var timestamps = host.Live.Timestamps
                ?? throw new CommandException("This server has no time-stamping unit (Timestamping:Units).");
            var entries = parsed.GetValue(last) is >= 0 and <= MostEntries and var asked
                ? asked
                : throw new CommandException("--last is 0 to 10,000.");
            var reply = CommandReply.For(parsed, environment);
            var clock = ClockReport.Describe(timestamps.Clock, entries);
            if (reply.Json)
            {
                reply.Write(clock, CommandJson.Default.ClockDocument);
            }
            else
            {
                ClockReport.Answer(reply, clock);
            }

            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static AdminCommand BuildAssert(CommandEnvironment environment)
    {
        var until = new Option<DateTimeOffset?>("--until")
        {
            Description = "End of the assertion, such as 2027-01-31T00:00:00Z.",
            HelpName = "TIME",
            CustomParser = CommandOptions.ParseTime,
        };
        var duration = new Option<string?>("--for")
        {
            Description = "Or how long, in days or hours: 30d, 12h.",
            HelpName = "DURATION",
        };
        var command = new AdminCommand(
            "assert",
            "Answers for this machine's clock: it was compared with a source of UTC and is right now.",
            AdminRoles.Operator | AdminRoles.SecurityOfficer)
        {
            until, duration,
        };
        command.SetAction(environment, (parsed, cancellationToken) =>
        {
            var now = environment.Time.GetUtcNow();
            var end = EndOf(parsed.GetValue(until), parsed.GetValue(duration), now);
            return SetAsync(parsed, environment, ClockAssertion.Asserted, end, cancellationToken);
        });
        return command;
    }

    private static AdminCommand BuildWithdraw(CommandEnvironment environment)
    {
        var command = new AdminCommand(
            "withdraw",
            "Answers for this machine's clock no more: units that rest on it issue nothing.",
            AdminRoles.Operator | AdminRoles.SecurityOfficer);
        command.SetAction(environment, (parsed, cancellationToken) => SetAsync(
            parsed, environment, ClockAssertion.Withdrawn, null, cancellationToken));
        return command;
    }

    private static DateTimeOffset EndOf(DateTimeOffset? until, string? duration, DateTimeOffset now)
    {
        if ((until is null) == (duration is null))
        {
            throw new CommandException("Say either --until TIME or --for DURATION.");
        }

        var end = until ?? now + ParseDuration(duration!);
        if (end <= now)
        {
            throw new CommandException("The end is in the past; to take an assertion back: timestamp clock withdraw.");
        }

        return end - now <= s_longest
            ? end
            : throw new CommandException("An assertion lasts 400 days at most.");
    }

    private static TimeSpan ParseDuration(string text)
    {
        var isNumber = int.TryParse(
            text.AsSpan(0, Math.Max(0, text.Length - 1)),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number);
        return (isNumber && number <= s_longest.TotalHours ? text[^1] : ' ') switch
        {
            'd' => TimeSpan.FromDays(number),
            'h' => TimeSpan.FromHours(number),
            _ => throw new CommandException($"\"{text}\" is no duration; write it as 30d or 12h."),
        };
    }

    private static async Task<int> SetAsync(
        ParseResult parsed,
        CommandEnvironment environment,
        string state,
        DateTimeOffset? until,
        CancellationToken cancellationToken)
    {
        var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
        await using var _ = bench.ConfigureAwait(false);
        var assertion = new ClockAssertion
        {
            State = state,
            At = bench.Composition.Time.GetUtcNow(),
            Until = until,
            By = bench.Actor,
        };
        try
        {
            if (bench.Live?.Timestamps is { } timestamps)
            {
                await timestamps.Keeper.SetAsync(assertion, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ClockKeeper.WriteAsync(bench.Composition, assertion, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"This cannot be kept, and does not count: {error.Message}");
        }

        if (bench.Reply.Json)
        {
            bench.Reply.Write(new ClockAssertionDocument(until), CommandJson.Default.ClockAssertionDocument);
        }

        bench.Reply.Say(until is { } end
            ? $"{bench.Actor} answers for this machine's clock until {end:u}."
            : "Nobody answers for this machine's clock any more.");
        return ExitCode.Ok;
    }
}
