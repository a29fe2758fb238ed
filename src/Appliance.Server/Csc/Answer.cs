namespace Appliance.Server.Csc;

/// <summary>What an operation gives: its value, or the error that both wires tell in their own form.</summary>
internal readonly struct Answer<T>
{
    private readonly T? _value;

    private Answer(T? value, CscError? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>Null when the operation succeeded.</summary>
    public CscError? Error { get; }

    /// <summary>The value; only without an error.</summary>
    public T Value => Error is null ? _value! : throw new InvalidOperationException("A refusal has no value.");

    public static implicit operator Answer<T>(T value) => Of(value);

    public static implicit operator Answer<T>(CscError error) => new(default, error);

    /// <summary>A success; for values of interface types, which convert to nothing implicitly.</summary>
    public static Answer<T> Of(T value) => new(value, null);

    /// <summary>The same, with the value in another form.</summary>
    public Answer<TOther> Map<TOther>(Func<T, TOther> convert)
        => Error is null ? new Answer<TOther>(convert(_value!), null) : new Answer<TOther>(default, Error);
}
