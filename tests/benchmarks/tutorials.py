"""The tutorials' own loops as plain PyTorch; printing is replaced by keeping the number.

The small ones time the loop alone. The loops over MNIST time everything from reading the
files to the accuracy on the test images.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn, optim
from torch.nn.functional import relu

from tests.benchmarks.machine import peak_bytes
from tests.benchmarks.turns import Outcome


@dataclass(frozen=True)
class Small:
    """A tutorial whose whole data set is one batch."""

    data: Callable[[], tuple[Tensor, Tensor]]
    """Inputs and targets; drawn before the network's weights."""
    network: Callable[[], nn.Module]
    loss: Callable[[], nn.Module]
    learning_rate: float
    reports: int
    """The loss is read every so many epochs."""


def _gaussians() -> tuple[Tensor, Tensor]:
    x1 = torch.normal(2 * torch.ones(100, 2), 1)
    x2 = torch.normal(-2 * torch.ones(100, 2), 1)
    return torch.cat((x1, x2), 0), torch.cat((torch.zeros(100), torch.ones(100)), 0)


def _two_gaussians_network() -> nn.Module:
    return nn.Sequential(
        nn.Linear(2, 5),
        nn.Sigmoid(),
        nn.Linear(5, 5),
        nn.Sigmoid(),
        nn.Linear(5, 2),
        nn.Softmax(dim=1),
    )


def _circle() -> tuple[Tensor, Tensor]:
    data = torch.randn(100, 2)
    return data, (data[:, 0] ** 2 + data[:, 1] ** 2 < 1).float().unsqueeze(1)


class _CircleNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(2, 4)
        self.fc2 = nn.Linear(4, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.fc1(x))
        outputs: Tensor = self.sigmoid(self.fc2(x))
        return outputs


class _ThreeFeaturesNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        outputs: Tensor = self.fc(x)
        return outputs


def _three_features() -> tuple[Tensor, Tensor]:
    from engine.parts.data.tutorials import three_features

    return three_features()


SMALL = {
    "two-gaussians": Small(_gaussians, _two_gaussians_network, nn.CrossEntropyLoss, 0.01, 1000),
    "circle": Small(_circle, _CircleNetwork, nn.BCELoss, 0.1, 10),
    "three-features": Small(_three_features, _ThreeFeaturesNetwork, nn.CrossEntropyLoss, 0.01, 100),
}


def small(name: str, seed: int, epochs: int) -> Outcome:
    """A small tutorial's loop, with torch's own number of threads."""
    asked = SMALL[name]
    torch.manual_seed(seed)
    inputs, targets = asked.data()
    network = asked.network()
    optimizer = optim.SGD(network.parameters(), lr=asked.learning_rate)
    criterion = asked.loss()
    converts = name == "two-gaussians"  # that tutorial calls .long() in every step
    losses = {}
    began = time.perf_counter()
    for epoch in range(epochs):
        outputs = network(inputs)
        loss = criterion(outputs, targets.long()) if converts else criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch == 0 or (epoch + 1) % asked.reports == 0:
            losses[epoch + 1] = loss.item()
    seconds = time.perf_counter() - began
    return Outcome(seconds, epochs, losses, None, peak_bytes(), torch.get_num_threads())


class SimpleNN(nn.Module):
    """The MNIST tutorial's network."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 10)
        self.relu = nn.ReLU()
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x: Tensor) -> Tensor:
        x = x.view(-1, 28 * 28)
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        outputs: Tensor = self.softmax(self.fc3(x))
        return outputs


class Convolutional(nn.Module):
    """The network of the preset mnist-cnn."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5, stride=2)
        self.conv2 = nn.Conv2d(8, 16, 5)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(256, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = relu(self.conv1(x))
        x = self.pool(relu(self.conv2(x)))
        outputs: Tensor = self.fc2(relu(self.fc1(x.flatten(1))))
        return outputs


def mnist_by_loader(seed: int, epochs: int, data_dir: str, device: str = "cpu") -> Outcome:
    """The MNIST tutorial: torchvision's data set, transforms and DataLoaders."""
    from torchvision import datasets, transforms

    torch.manual_seed(seed)
    began = time.perf_counter()
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    train_set = datasets.MNIST(root=data_dir, train=True, transform=transform)
    test_set = datasets.MNIST(root=data_dir, train=False, transform=transform)
    train_loader = torch.utils.data.DataLoader(train_set, batch_size=64, shuffle=True)
    test_loader = torch.utils.data.DataLoader(test_set, batch_size=64, shuffle=False)
    model = SimpleNN().to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=0.001)
    losses = {}
    for epoch in range(epochs):
        model.train()
        running = 0.0
        for inputs, labels in train_loader:
            inputs, labels = inputs.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
            running += loss.item()
        losses[epoch + 1] = running / len(train_loader)
    model.eval()
    correct = 0
    with torch.no_grad():
        for inputs, labels in test_loader:
            inputs, labels = inputs.to(device), labels.to(device)
            correct += int((model(inputs).argmax(1) == labels).sum().item())
    seconds = time.perf_counter() - began
    steps = epochs * len(train_loader)
    accuracy = correct / len(test_set)
    return Outcome(seconds, steps, losses, accuracy, peak_bytes(), torch.get_num_threads())


@dataclass(frozen=True)
class Resident:
    """A loop over MNIST in memory, as somebody writes it who knows where the time goes."""

    network: type[nn.Module]
    learning_rate: float
    mean: float
    std: float
    batch_size: int = 64


RESIDENT = {
    "mnist": Resident(SimpleNN, 0.001, 0.5, 0.5),
    "mnist-cnn": Resident(Convolutional, 0.003, 0.1307, 0.3081),
}


def mnist_resident(
    name: str, seed: int, epochs: int, data_dir: str, fused: bool, threads: int = 0
) -> Outcome:
    """Floats in memory, shuffled by index; no loader, no reading of the loss within an epoch.

    threads: torch's own number if 0. The learning rate stays what it is.
    """
    from torchvision import datasets

    asked = RESIDENT[name]
    torch.set_num_threads(threads or torch.get_num_threads())
    torch.manual_seed(seed)
    began = time.perf_counter()

    def images(train: bool) -> tuple[Tensor, Tensor]:
        data = datasets.MNIST(root=data_dir, train=train)
        pixels = data.data.unsqueeze(1).float().div_(255).sub_(asked.mean).div_(asked.std)
        return pixels, data.targets

    inputs, targets = images(True)
    test_inputs, test_targets = images(False)
    model = asked.network()
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(model.parameters(), lr=asked.learning_rate, fused=fused or None)
    losses = {}
    steps = 0
    for epoch in range(epochs):
        total = torch.zeros((), dtype=torch.float64)
        parts = torch.split(torch.randperm(len(targets)), asked.batch_size)
        for index in parts:
            loss = criterion(model(inputs[index]), targets[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        steps += len(parts)
        losses[epoch + 1] = total.item() / len(parts)
    with torch.no_grad():
        predicted = torch.cat([model(part).argmax(1) for part in torch.split(test_inputs, 1000)])
    accuracy = (predicted == test_targets).double().mean().item()
    seconds = time.perf_counter() - began
    return Outcome(seconds, steps, losses, accuracy, peak_bytes(), torch.get_num_threads())
