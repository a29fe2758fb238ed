using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Proto = Csc.V2;

namespace Appliance.Server.Tests.Grpc.Contract;

/// <summary>The public contract changes on purpose only.</summary>
public sealed class ContractTests
{
    /// <summary>Set to 1 it stores the compiled contract instead of comparing.</summary>
    private const string Accept = "ACCEPT_CONTRACT";

    /// <summary>The folders of proto that are ours.</summary>
    private static readonly string[] s_parts = ["appliance", "csc"];

    private static readonly string s_stored =
        Path.Combine(FindRoot(), "tests/Appliance.Server.Tests/Grpc/Contract/contract.txt");

    [Fact]
    public void The_contract_is_the_stored_one()
    {
        var compiled = ContractText.Of(Compiled());
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllLines(s_stored, compiled);
        }

        var stored = File.ReadAllLines(s_stored);
        var difference = stored.Except(compiled, StringComparer.Ordinal).Select(line => "- " + line)
            .Concat(compiled.Except(stored, StringComparer.Ordinal).Select(line => "+ " + line))
            .ToList();

        Assert.True(
            difference.Count == 0,
            $"The contract has changed:\n{string.Join('\n', difference)}\n"
            + $"If that is meant and old clients can live with it, run this test with {Accept}=1 and commit the file.");
    }

    [Fact]
    public void Every_file_of_the_contract_is_looked_at()
    {
        var folder = Path.Combine(FindRoot(), "proto");
        var files = s_parts
            .SelectMany(part => Directory.EnumerateFiles(
                Path.Combine(folder, part), "*.proto", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(folder, path));

        Assert.Equal<IEnumerable<string>>(
            files.Order(StringComparer.Ordinal),
            Compiled().Select(file => file.Name).Order(StringComparer.Ordinal));
    }

    public static TheoryData<string, Action<FileDescriptorProto>> Changes => new()
    {
        { "a field's number", file => Field(file).Number = 99 },
        { "a field's name", file => Field(file).Name = "other" },
        { "a field's JSON name", file => Field(file).JsonName = "other" },
        { "a field's type", file => Field(file).Type = FieldDescriptorProto.Types.Type.Bytes },
        { "a field's label", file => Field(file).Label = FieldDescriptorProto.Types.Label.Repeated },
        { "a field's presence", LosePresence },
        { "a field's absence", file => Message(file, "SignHashItem").Field.RemoveAt(0) },
        { "a oneof", file => Message(file, "SignHashStreamRequest").OneofDecl[0].Name = "other" },
        { "a method's name", file => file.Service[0].Method[0].Name = "Other" },
        { "a method's client stream", file => file.Service[0].Method[0].ClientStreaming = true },
        { "a method's server stream", file => file.Service[0].Method[1].ServerStreaming = false },
        { "a method's request", file => file.Service[0].Method[0].InputType = ".csc.v2.SignHashItem" },
        { "a service's name", file => file.Service[0].Name = "Other" },
        { "a reserved name", file => Message(file, "SignHashItem").ReservedName.Add("other") },
        { "an enum", AddEnum },
    };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public void A_change_is_seen(string what, Action<FileDescriptorProto> change)
    {
        var original = Proto.SignaturesReflection.Descriptor;
        var changed = original.ToProto();
        Assert.Equal(ContractText.Of([original]), ContractText.Of([Build(changed)]));
        change(changed);

        Assert.False(
            ContractText.Of([original]).SequenceEqual(ContractText.Of([Build(changed)]), StringComparer.Ordinal), what);
    }

    private static IEnumerable<FileDescriptor> Compiled()
        => typeof(Proto.SignaturesReflection).Assembly.GetTypes()
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Static | BindingFlags.Public))
            .Where(property => property?.PropertyType == typeof(FileDescriptor))
            .Select(property => (FileDescriptor)property!.GetValue(null)!)
            .Where(file => file.Package.StartsWith("csc.", StringComparison.Ordinal)
                || file.Package.StartsWith("appliance.", StringComparison.Ordinal));

    private static FileDescriptor Build(FileDescriptorProto signatures)
        => FileDescriptor.BuildFromByteStrings(
        [
            .. Proto.SignaturesReflection.Descriptor.Dependencies
                .SelectMany(file => file.Dependencies.Append(file)).Select(file => file.SerializedData),
            signatures.ToByteString(),
        ])[^1];

    private static FieldDescriptorProto Field(FileDescriptorProto file) => Message(file, "SignHashItem").Field[0];

    private static DescriptorProto Message(FileDescriptorProto file, string name)
        => file.MessageType.Single(message => message.Name == name);

    private static void LosePresence(FileDescriptorProto file)
    {
        var message = Message(file, "SignHashRequest");
        foreach (var field in message.Field)
        {
            field.ClearOneofIndex();
            field.ClearProto3Optional();
        }

        message.OneofDecl.Clear();
    }

    private static void AddEnum(FileDescriptorProto file)
        => file.EnumType.Add(new EnumDescriptorProto
        {
            Name = "Kind",
            Value = { new EnumValueDescriptorProto { Name = "NONE", Number = 0 } },
        });

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Appliance.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
