namespace Appliance.Durability.Tests.Drills;

/// <summary>What the audit trail says of one request.</summary>
internal sealed class SignHashRecord
{
    /// <summary>How many records of intent there are: 1.</summary>
    public int Intents { get; set; }

    public Guid Activation { get; set; }

    public int Hashes { get; set; }

    /// <summary>The events of its outcomes: one at most.</summary>
    public List<string> Outcomes { get; } = [];
}
