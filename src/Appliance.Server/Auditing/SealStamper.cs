using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Server.Options;
using Appliance.Server.Timestamps;
using Appliance.Timestamping;
using TimestampRequest = Appliance.Timestamping.TimestampRequest;

namespace Appliance.Server.Auditing;

/// <summary>
/// Has seals time-stamped by a unit of this server, as any request: with an intent before and a record behind it, which
/// the next seal covers.
/// </summary>
internal sealed class SealStamper
{
    /// <summary>A seal does not wait longer; a stop has to have its last one.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly TimestampService _service;
    private readonly string? _unit;
    private readonly TimeProvider _time;

    private SealStamper(TimestampService service, string? unit, TimeProvider time)
        => (_service, _unit, _time) = (service, unit, time);

    /// <summary>Null where seals are to have no time stamps.</summary>
    public static SealStamper? For(TimestampParts? timestamps, AuditSettings settings, TimeProvider time)
        => timestamps is null || settings.SealUnit == AuditRules.NoUnit
            ? null
            : new SealStamper(timestamps.Service, settings.SealUnit, time);

    /// <summary>A token over a digest, with the certificates that verify it.</summary>
    /// <exception cref="AuditSealException">There is none now.</exception>
    /// <exception cref="TimeoutException">It takes too long.</exception>
    public async ValueTask<byte[]> StampAsync(ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        var unit = (string.IsNullOrEmpty(_unit) ? _service.Units[0] : _service.Find(_unit))
            ?? throw new AuditSealException($"the unit {_unit} does not issue");
        var request = TimestampRequest.Create(HashAlgorithmName.SHA256, digest.Span);
        var result = await _service.StampAsync(new StampCall(unit, request)).AsTask()
            .WaitAsync(s_patience, _time, cancellationToken);
        return result.IsGranted
            ? result.Token.ToArray()
            : throw new AuditSealException(
                $"the unit {unit.Options.Name} says {Why(result)}");
    }

    private static string Why(in StampResult result)
        => result.Status == StampStatus.Answered ? result.Failure.ToString() : result.Status.ToString();
}
