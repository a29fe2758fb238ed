using System.Globalization;
using System.Text.Json;
using Appliance.Pkcs11;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Hosting.Slots;

namespace Appliance.Server.Commands;

/// <summary>The slots in the answers of `status` and `slots`, and over gRPC.</summary>
internal static class SlotStatuses
{
    private const string Absent = "absent";

    /// <summary>There is one.</summary>
    private const string Group = "default";

    public static IReadOnlyList<SlotDocument> Describe(IEnumerable<SlotReport> slots) => [.. slots.Select(Describe)];

    public static void Answer(CommandReply reply, IReadOnlyList<SlotDocument> slots)
    {
        reply.Table(
            ["Slot", "Token", "State", "Sessions", "Waiting", "In flight", "Last error"],
            slots.Select(slot => new[]
            {
                slot.Slot,
                slot.Token,
                slot.Healthy ? slot.State : slot.State.ToUpperInvariant(),
                slot.Sessions.ToString(CultureInfo.InvariantCulture),
                slot.Waiting.ToString(CultureInfo.InvariantCulture),
                slot.InFlight.ToString(CultureInfo.InvariantCulture),
                slot.LastError ?? "",
            }));
        foreach (var slot in slots.Where(slot => slot.Obstacle is not null))
        {
            reply.Say($"The slot {slot.Slot} is ABSENT: {slot.Obstacle}");
        }
    }

    public static SlotDocument Describe(SlotReport report)
    {
        var status = report.Status;
        return new SlotDocument
        {
            Slot = report.Slot.Name,
            Group = Group,
            Token = status?.Token.ToString() ?? report.Slot.Settings.Token,
            Label = status?.Token.Label,
            SerialNumber = status?.Token.SerialNumber,
            State = status is null ? Absent : NameOf(status.State),
            Healthy = status?.Healthy ?? false,
            Drained = report.IsDrained,
            Hosting = report.Slot.Settings.Hosting,
            Profile = status?.Profile is { Length: > 0 } profile ? profile : null,
            Sessions = status?.Sessions ?? 0,
            SessionLimit = status?.SessionLimit ?? 0,
            Concurrency = status is { Concurrency: not 0 and var calls } ? calls : null,
            Waiting = status?.Queued ?? 0,
            InFlight = status?.InFlight ?? 0,
            LatencyMicroseconds = status?.LatencyMicroseconds ?? 0,
            Signatures = status?.Signatures ?? 0,
            WrongSignatures = status?.WrongSignatures ?? 0,
            Hanging = status?.Hanging ?? 0,
            Generation = status?.Generation ?? 0,
            Errors = ErrorsOf(status),
            LastError = status is { LastError: not 0 and var error } ? Pkcs11ReturnValue.NameOf(error) : null,
            Obstacle = status is not null ? null
                : report.IsDrained ? "drained by an operator: it is not looked for until it is resumed"
                : report.Slot.Obstacle,
        };
    }

    /// <summary>ready, suspect and so on; serving, leaving, drained.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum
        => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>Two values without a name of their own would be one line; their counts are added.</summary>
    private static SortedDictionary<string, long> ErrorsOf(SlotStatus? status)
    {
        var errors = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (value, count) in status?.Errors ?? new Dictionary<uint, long>())
        {
            var name = Pkcs11ReturnValue.NameOf(value);
            errors[name] = errors.GetValueOrDefault(name) + count;
        }

        return errors;
    }
}
